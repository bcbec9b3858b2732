import assert from "node:assert/strict";
import { Alerting } from "../../../infra/components/alerting.ts";
import { deploy } from "../../support/deploy.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

const deployed = (settings: object) => deploy(() => new Alerting("alerting", { stack: stackOf(settings) }));

const withReceivers = {
  ...production,
  alertmanager: {
    default: [{ kind: "webhook", url: "https://hooks.example.com/path" }],
    critical: [{ kind: "pagerduty", routingKey: { existingSecret: "pager", key: "token" } }],
  },
};

describe("alerting", () => {
  it("makes a Secret for what the settings give, and none for what the cluster has", async () => {
    const secrets = (await deployed(withReceivers)).filter(({ type }) => type.endsWith(":Secret"));
    assert.deepEqual(
      new Set(secrets.map(({ name }) => name)),
      new Set(["alertmanager-default-0", "alertmanager-main-config"]),
    );
  });

  it("is an Alertmanager, its Service, its account and, when replicated, its disruption budget", async () => {
    const kinds = async (settings: object) =>
      (await deployed(settings))
        .map(({ type }) => type.split(":").pop())
        .filter((kind) => kind !== "PrometheusRule");
    const alone = ["Alerting", "Secret", "ServiceAccount", "Service", "Alertmanager"];
    assert.deepEqual(new Set(await kinds(minimal)), new Set(alone));
    assert.deepEqual(new Set(await kinds(production)), new Set([...alone, "PodDisruptionBudget"]));
  });

  it("has a resource for each group of rules, marked with the Prometheus that evaluates it", async () => {
    const rules = (await deployed(minimal)).filter(({ type }) => type.endsWith(":PrometheusRule"));
    assert.ok(rules.length > 0);
    for (const { inputs } of rules) {
      const { labels } = inputs.metadata as { labels: Record<string, string> };
      assert.match(labels["autoweave.com/prometheus"] ?? "", /^(main|long-term)$/);
    }
  });
});
