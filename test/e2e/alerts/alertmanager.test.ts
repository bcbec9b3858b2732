import assert from "node:assert/strict";
import { alertmanagerConfig } from "../../../infra/backends/alertmanager.ts";
import { ensureTools } from "../../../local/tools/build.ts";
import { outcome, temporaryFolder, writeConfig } from "../../support/program.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

const receivers = {
  default: [{ kind: "webhook", url: "https://hooks.example.com/path" }],
  critical: [
    { kind: "pagerduty", routingKey: "0123456789abcdef" },
    { kind: "slack", url: "https://hooks.example.com/path", channel: "#critical" },
  ],
  premium: [{ kind: "email", to: "premium@example.com" }],
  escalation: [{ kind: "email", to: "second@example.com" }],
  workingHours: { devices: { timeZone: "Europe/Berlin", from: "09:00", to: "17:00" } },
  deadMansSwitchUrl: "https://dead.example.com/path",
  smtp: { host: "mail.example.com", from: "a@example.com", username: "a", password: "p" },
};

describe("the routing, as Alertmanager's tool judges it", function () {
  this.timeout(600_000);
  const folder = temporaryFolder();
  let amtool: string;

  before(async () => {
    ({ amtool } = await ensureTools(["amtool"]));
  });
  after(() => folder.remove());

  const routing = (name: string, settings: object) =>
    writeConfig(folder.path, name, alertmanagerConfig(stackOf(settings)));

  for (const [name, settings] of Object.entries({
    "without any receiver": minimal,
    "with receivers of every kind": { ...production, alertmanager: receivers },
  })) {
    it(`has a routing that Alertmanager accepts, ${name}`, async () => {
      const { code, said } = await outcome(amtool, ["check-config", routing("check", settings)]);
      assert.equal(code, 0, said);
    });
  }

  for (const [labels, expected] of [
    [["alertname=A", "severity=warning", "tenant_id=prod-tenant"], "default"],
    [["alertname=A", "severity=critical", "tenant_id=prod-tenant"], "critical-alerts"],
    [["alertname=A", "severity=warning", "tenant_id=premium-tenant"], "premium-support"],
    [["alertname=A", "severity=critical", "tenant_id=premium-tenant"], "critical-alerts,premium-support"],
    [["alertname=A", "severity=warning", "team=devices"], "default"],
    [["alertname=A", "severity=warning", "team=devices", "tenant_id=premium-tenant"], "premium-support"],
    [["alertname=A", "severity=critical", "team=devices"], "critical-alerts"],
    [["alertname=A", "severity=critical", "escalation=true", "tenant_id=premium-tenant"], "escalation"],
    [["alertname=Watchdog", "severity=info"], "dead-mans-switch"],
  ] as const) {
    it(`brings ${labels.join(", ")} to ${expected}`, async () => {
      const file = routing("routes", { ...production, alertmanager: receivers });
      const { code, said } = await outcome(amtool, [
        "config",
        "routes",
        "test",
        `--config.file=${file}`,
        `--verify.receivers=${expected}`,
        ...labels,
      ]);
      assert.equal(code, 0, said);
    });
  }
});
