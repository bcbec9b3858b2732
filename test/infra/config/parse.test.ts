import assert from "node:assert/strict";
import { ConfigError, type ConfigFault } from "../../../infra/config/errors.ts";
import { parseStack } from "../../../infra/config/parse.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

const faultsOf = (
  raw: unknown,
  isEncrypted: (path: (string | number)[]) => boolean = () => false,
): ConfigFault[] => {
  try {
    parseStack(raw, { stackName: "dev", isEncrypted });
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
};

describe("a stack's settings", () => {
  it("need no more than what has no sensible default", () => {
    assert.deepEqual(faultsOf(minimal), []);
  });

  it("make tenantId the default tenant", () => {
    assert.deepEqual(
      stackOf(minimal).tenants.map(({ id, tier }) => ({ id, tier })),
      [{ id: "dev-tenant", tier: "standard" }],
    );
  });

  it("keep what they say about the default tenant", () => {
    const stack = stackOf({ ...minimal, tenants: [{ id: "dev-tenant", tier: "premium" }] });
    assert.deepEqual(
      stack.tenants.map(({ tier }) => tier),
      ["premium"],
    );
  });

  it("name the buckets after the stack unless they say otherwise", () => {
    assert.equal(stackOf(minimal, "prod").storage.bucketSuffix, "prod");
  });

  it("are refused with every fault at once, each with its key and its repair", () => {
    const faults = faultsOf({
      ...minimal,
      lokki: {},
      tempo: { retentionHours: "72h" },
      prometheus: { retentionDays: 3, retention: "3d" },
      tenants: [{ id: "Bad Tenant" }],
    });
    assert.deepEqual(
      faults.map(({ key, fix }) => [key, fix]),
      [
        ["stack.tenants[0].id", "pulumi config set --path 'stack.tenants[0].id' <value>"],
        ["stack.tempo.retentionHours", "pulumi config set --path 'stack.tempo.retentionHours' <value>"],
        ["stack.prometheus.retention", "pulumi config rm --path 'stack.prometheus.retention'"],
        ["stack.lokki", "pulumi config rm --path 'stack.lokki'"],
      ],
    );
  });

  it("hold no secret in plain text", () => {
    const faults = faultsOf({ ...minimal, grafana: { adminPassword: "hunter2" } });
    assert.deepEqual(
      faults.map(({ key, fix }) => [key, fix]),
      [
        [
          "stack.grafana.adminPassword",
          "pulumi config set --path 'stack.grafana.adminPassword' --secret <value>",
        ],
      ],
    );
    assert.doesNotMatch(JSON.stringify(faults), /hunter2/);
  });

  it("may hold encrypted secrets and references to existing ones", () => {
    const raw = {
      ...minimal,
      grafana: { adminPassword: "hunter2" },
      redis: { kind: "cluster", password: { existingSecret: "redis", key: "password" } },
    };
    assert.deepEqual(
      faultsOf(raw, (path) => path.join(".") === "grafana.adminPassword"),
      [],
    );
  });

  it("tell an encrypted secret from a plain one beside it", () => {
    const webhook = { kind: "webhook", url: "https://hooks.example.com/x" };
    const raw = { ...minimal, alertmanager: { default: [webhook], critical: [webhook] } };
    assert.deepEqual(
      faultsOf(raw, (path) => path.join(".") === "alertmanager.default.0.url").map(({ key }) => key),
      ["stack.alertmanager.critical[0].url"],
    );
  });
});

const contradictory: [promise: string, settings: object, key: string][] = [
  ["a tenant that stands twice", { tenants: [{ id: "a" }, { id: "a" }] }, "stack.tenants[1].id"],
  [
    "a service for a tenant nobody knows",
    { services: [{ name: "hub", tenants: ["b"] }] },
    "stack.services[0].tenants",
  ],
  [
    "a service with a tenant's name",
    { services: [{ name: "dev-tenant", tenants: ["dev-tenant"] }] },
    "stack.services[0].name",
  ],
  [
    "e-mail receivers without a mail server",
    { alertmanager: { default: [{ kind: "email", to: "ops@example.com" }] } },
    "stack.alertmanager.smtp",
  ],
  [
    "an escalation by e-mail without a mail server",
    {
      alertmanager: {
        default: [{ kind: "slack", url: { existingSecret: "s", key: "k" }, channel: "#a" }],
        escalation: [{ kind: "email", to: "ops@example.com" }],
      },
    },
    "stack.alertmanager.smtp",
  ],
  [
    "an escalation of what nobody has heard of",
    { alertmanager: { escalation: [{ kind: "webhook", url: { existingSecret: "s", key: "k" } }] } },
    "stack.alertmanager.critical",
  ],
  [
    "a working day that ends before it begins",
    { alertmanager: { workingHours: { devices: { timeZone: "UTC", from: "17:00", to: "09:00" } } } },
    "stack.alertmanager.workingHours.devices.to",
  ],
  [
    "a long memory that is shorter than the short one",
    { prometheus: { retentionDays: 30, longTermRetentionDays: 7 } },
    "stack.prometheus.longTermRetentionDays",
  ],
  [
    "a copy in the region that it is to survive",
    { storage: { ...production.storage, drRegion: "eu-central-1" } },
    "stack.storage.drRegion",
  ],
  ["a tenant whose logs would lie in Loki's index", { tenants: [{ id: "index" }] }, "stack.tenants[0].id"],
  ["a default tenant whose logs would lie among Loki's rules", { tenantId: "rules" }, "stack.tenantId"],
  [
    "a Secret of the database's owner that the operator cannot read",
    { postgresql: { kind: "cluster", password: { existingSecret: "mine", key: "pw" } } },
    "stack.postgresql.password.key",
  ],
  ["data that is protected and thrown away", { protect: true }, "stack.storage.forceDestroy"],
];

const refused: [promise: string, settings: object, key: string][] = [
  [
    "an address of runbooks without a place for the alert's name",
    { alertmanager: { runbookUrl: "https://docs.example.com/runbooks" } },
    "stack.alertmanager.runbookUrl",
  ],
  [
    "a time zone that there is not",
    {
      alertmanager: {
        workingHours: { devices: { timeZone: "Europe/Atlantis", from: "09:00", to: "17:00" } },
      },
    },
    "stack.alertmanager.workingHours.devices.timeZone",
  ],
  [
    "scrapes too rare for a rate over five minutes",
    { prometheus: { retentionDays: 3, scrapeIntervalSeconds: 120 } },
    "stack.prometheus.scrapeIntervalSeconds",
  ],
];

describe("settings of alerting", () => {
  for (const [promise, settings, key] of refused) {
    it(`are refused: ${promise}`, () => {
      assert.deepEqual(
        faultsOf({ ...minimal, ...settings }).map((fault) => fault.key),
        [key],
      );
    });
  }
});

describe("contradictory settings", () => {
  it("are told beside faults of other kinds", () => {
    const faults = faultsOf({ ...minimal, size: "huge", protect: true });
    assert.deepEqual(
      faults.map(({ key }) => key),
      ["stack.size", "stack.storage.forceDestroy"],
    );
  });

  for (const [promise, settings, key] of contradictory) {
    it(`are refused: ${promise}`, () => {
      assert.deepEqual(
        faultsOf({ ...minimal, ...settings }).map((fault) => fault.key),
        [key],
      );
    });
  }
});
