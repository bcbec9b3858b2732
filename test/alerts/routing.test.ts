import assert from "node:assert/strict";
import { alertmanagerConfig, receiverNames, type RoutingOptions } from "../../alerts/routing.ts";
import type { AlertReceiver } from "../../alerts/routing/receivers.ts";

const options: RoutingOptions = {
  tenants: [
    { id: "plain", tier: "standard" },
    { id: "gold", tier: "premium" },
    { id: "platinum", tier: "premium" },
  ],
  receivers: {
    default: [{ kind: "email", to: "team@example.com" }],
    critical: [{ kind: "pagerduty", routingKeyFile: "/secrets/key" }],
    premium: [{ kind: "slack", urlFile: "/secrets/slack", channel: "#premium" }],
    escalation: [{ kind: "webhook", urlFile: "/secrets/second" }],
    deadMansSwitchUrlFile: "/secrets/dead",
  },
  mailServer: {
    host: "mail.example.com",
    port: 587,
    from: "alerts@example.com",
    username: "alerts",
    passwordFile: "/secrets/smtp",
  },
};

const routed = (config = alertmanagerConfig(options)) => config.route.routes ?? [];
const receiver = (name: string, of = options) =>
  alertmanagerConfig(of).receivers.find((candidate) => candidate.name === name);

describe("alert routing", () => {
  it("groups by alert and tenant, waits 10 s, and repeats after 12 h", () => {
    const { route } = alertmanagerConfig(options);
    assert.deepEqual(route.group_by, ["alertname", "tenant_id"]);
    assert.deepEqual(
      [route.group_wait, route.group_interval, route.repeat_interval, route.receiver],
      ["10s", "10s", "12h", "default"],
    );
  });

  it("brings a premium tenant's critical alert to both receivers: the critical route goes on", () => {
    const critical = routed().find((route) => route.receiver === "critical-alerts");
    assert.deepEqual(critical?.matchers, ['severity="critical"']);
    assert.equal(critical?.continue, true);
  });

  it("has a route to premium support for each premium tenant and for no other", () => {
    const premium = routed().filter((route) => route.receiver === "premium-support");
    assert.deepEqual(
      premium.map((route) => route.matchers),
      [['tenant_id="gold"'], ['tenant_id="platinum"']],
    );
  });

  it("sends the Watchdog to the dead man's switch alone, every minute", () => {
    const [watchdog] = routed();
    assert.deepEqual(watchdog?.matchers, ['alertname="Watchdog"']);
    assert.equal(watchdog?.receiver, "dead-mans-switch");
    assert.equal(watchdog?.repeat_interval, "1m");
    assert.equal(watchdog?.continue, undefined);
    assert.deepEqual(receiver("dead-mans-switch")?.webhook_configs, [
      { url_file: "/secrets/dead", send_resolved: false },
    ]);
  });

  it("brings an alert that escalates to the second receiver alone", () => {
    const index = routed().findIndex((route) => route.receiver === "escalation");
    assert.deepEqual(routed()[index], { receiver: "escalation", matchers: ['escalation="true"'] });
    assert.ok(index < routed().findIndex((route) => route.receiver === "critical-alerts"));
  });

  it("lets a team's warnings wait for its working hours, and nothing critical", () => {
    const config = alertmanagerConfig({
      ...options,
      workingHours: {
        devices: { timeZone: "Europe/Berlin", days: ["monday", "friday"], from: "09:00", to: "17:00" },
      },
    });
    assert.deepEqual(routed(config).at(-1), {
      receiver: "default",
      matchers: ['team="devices"', 'severity!="critical"'],
      active_time_intervals: ["devices-working-hours"],
    });
    assert.deepEqual(config.time_intervals, [
      {
        name: "devices-working-hours",
        time_intervals: [
          {
            weekdays: ["monday", "friday"],
            times: [{ start_time: "09:00", end_time: "17:00" }],
            location: "Europe/Berlin",
          },
        ],
      },
    ]);
  });

  it("brings critical and premium alerts to the default receivers when they have none of their own, and escalates to the critical ones", () => {
    const bare = {
      ...options,
      receivers: { ...options.receivers, critical: [], premium: [], escalation: [] },
    };
    for (const name of ["critical-alerts", "premium-support", "escalation"]) {
      const [email] = (receiver(name, bare)?.email_configs ?? []) as { to: string }[];
      assert.equal(email?.to, "team@example.com");
    }
    const second = { ...options, receivers: { ...options.receivers, escalation: [] } };
    assert.equal(receiver("escalation", second)?.pagerduty_configs?.length, 1);
  });

  it("names every secret by its file", () => {
    const config = JSON.stringify(alertmanagerConfig(options));
    for (const field of ["routing_key_file", "api_url_file", "url_file", "smtp_auth_password_file"]) {
      assert.match(config, new RegExp(`"${field}":"/secrets/`));
    }
    assert.doesNotMatch(config, /"(routing_key|api_url|url|smtp_auth_password)":/);
  });
});

describe("inhibition", () => {
  const { inhibit_rules: rules } = alertmanagerConfig(options);

  it("silences a warning while its critical twin fires for the same tenant, service and thing", () => {
    const [rule] = rules;
    assert.deepEqual(rule?.source_matchers, ['severity="critical"']);
    assert.deepEqual(rule?.target_matchers, ['severity="warning"']);
    for (const label of ["alertname", "tenant_id", "service", "persistentvolumeclaim"])
      assert.ok(rule?.equal.includes(label), label);
  });

  it("lets a service's alert speak for its tenants, but for those of tier premium", () => {
    const speaking = rules.filter(({ source_matchers }) => source_matchers.includes('scope="service"'));
    assert.equal(speaking.length, 2);
    for (const { target_matchers, equal } of speaking) {
      assert.ok(target_matchers.includes('tenant_id!~"gold|platinum"'));
      assert.deepEqual(equal, ["slo", "condition", "service"]);
    }
    assert.doesNotMatch(JSON.stringify(alertmanagerConfig({ ...options, tenants: [] })), /tenant_id!~/);
  });

  it("never lets two alerts silence each other", () => {
    const both = rules.filter(({ source_matchers, target_matchers }) =>
      source_matchers.every((matcher) => target_matchers.includes(matcher)),
    );
    assert.deepEqual(both, []);
  });
});

describe("a notification", () => {
  const kinds: { [Kind in AlertReceiver["kind"]]: AlertReceiver } = {
    webhook: { kind: "webhook", urlFile: "/f" },
    slack: { kind: "slack", urlFile: "/f", channel: "#c" },
    pagerduty: { kind: "pagerduty", routingKeyFile: "/f" },
    email: { kind: "email", to: "a@example.com" },
  };
  const rendered = (kind: AlertReceiver["kind"]) =>
    JSON.stringify(
      alertmanagerConfig({
        ...options,
        receivers: { ...options.receivers, default: [kinds[kind]] },
      }).receivers.find(({ name }) => name === receiverNames.default),
    );

  for (const kind of ["slack", "pagerduty", "email"] as const) {
    it(`carries summary, tenant, value and links by ${kind}`, () => {
      for (const part of ["summary", "tenant_id", "value", "runbook_url", "dashboard_url", "traces_url"])
        assert.match(rendered(kind), new RegExp(`\\.${part}\\b`));
    });
  }

  it("is left to who gets it by a webhook, which carries every label and annotation", () => {
    assert.equal(
      rendered("webhook"),
      '{"name":"default","webhook_configs":[{"url_file":"/f","send_resolved":true}]}',
    );
  });
});
