import assert from "node:assert/strict";
import { join } from "node:path";
import { ruleGroups } from "../../../alerts/rules.ts";
import { alertmanagerConfig } from "../../../infra/backends/alertmanager.ts";
import { prometheusRule } from "../../../infra/backends/rules.ts";
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
  deadMansSwitchUrl: "https://dead.example.com/path",
  smtp: { host: "mail.example.com", from: "a@example.com", username: "a", password: "p" },
};

describe("alerting, as the programs themselves judge it", function () {
  this.timeout(600_000);
  const folder = temporaryFolder();
  let tools: Record<"promtool" | "amtool", string>;

  before(async () => {
    tools = await ensureTools(["promtool", "amtool"]);
  });
  after(() => folder.remove());

  const rules = (name: string) => {
    const groups = ruleGroups({ jobs: ["loki", "tempo"] });
    const spec = groups.flatMap((group) => prometheusRule(group, "ns").spec?.groups ?? []);
    return writeConfig(folder.path, name, { groups: spec });
  };

  const routing = (name: string, settings: object) =>
    writeConfig(folder.path, name, alertmanagerConfig(stackOf(settings)));

  it("has rules without any complaint of promtool", async () => {
    const { code, said } = await outcome(tools.promtool, [
      "check",
      "rules",
      "--lint=all",
      "--lint-fatal",
      rules("rules"),
    ]);
    assert.equal(code, 0, said);
  });

  for (const [name, settings] of Object.entries({
    "without any receiver": minimal,
    "with receivers of every kind": { ...production, alertmanager: receivers },
  })) {
    it(`has a routing that Alertmanager accepts, ${name}`, async () => {
      const { code, said } = await outcome(tools.amtool, ["check-config", routing("check", settings)]);
      assert.equal(code, 0, said);
    });
  }

  for (const [labels, expected] of [
    [["alertname=A", "severity=warning", "tenant_id=prod-tenant"], "default"],
    [["alertname=A", "severity=critical", "tenant_id=prod-tenant"], "critical-alerts"],
    [["alertname=A", "severity=warning", "tenant_id=premium-tenant"], "premium-support"],
    [["alertname=A", "severity=critical", "tenant_id=premium-tenant"], "critical-alerts,premium-support"],
    [["alertname=Watchdog", "severity=info"], "dead-mans-switch"],
  ] as const) {
    it(`brings ${labels.join(", ")} to ${expected}`, async () => {
      const file = routing("routes", { ...production, alertmanager: receivers });
      const { code, said } = await outcome(tools.amtool, [
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

  it("raises the Watchdog at once, and tells of a job that is gone after 15 minutes and not before", async () => {
    rules("tested");
    const absent = (time: string, alerts: object[]) => ({
      eval_time: time,
      alertname: "ScrapeJobAbsent",
      exp_alerts: alerts,
    });
    const gone = {
      exp_labels: { job: "tempo", severity: "warning", team: "platform" },
      exp_annotations: {
        summary: "Nothing of tempo is scraped.",
        description: "Prometheus has found no pod of it for 15 minutes, so nothing watches it.",
        runbook_url: "https://docs.autoweave.com/observability/runbooks/ScrapeJobAbsent",
      },
    };
    const file = writeConfig(folder.path, "test", {
      rule_files: [join(folder.path, "tested.yaml")],
      evaluation_interval: "1m",
      tests: [
        {
          interval: "1m",
          input_series: [{ series: 'up{job="loki"}', values: "1x30" }],
          alert_rule_test: [absent("14m", []), absent("15m", [gone])],
          promql_expr_test: [
            {
              expr: 'count(ALERTS{alertname="Watchdog",alertstate="firing"})',
              eval_time: "0m",
              exp_samples: [{ labels: "{}", value: 1 }],
            },
          ],
        },
      ],
    });
    const { code, said } = await outcome(tools.promtool, ["test", "rules", file]);
    assert.equal(code, 0, said);
  });
});
