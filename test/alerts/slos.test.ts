import assert from "node:assert/strict";
import { type Slo, slos } from "../../alerts/slos.ts";
import { alertPrefix } from "../../alerts/slo/scope.ts";
import { sloGroups } from "../../alerts/slo/groups.ts";
import { type MetricDefinition, metrics } from "../../sdk/src/names/index.ts";
import { alertsIn, recordingsIn, ruleOptions } from "../support/rules.ts";

const options = { premium: ["gold"], links: ruleOptions.links };

describe("the promises", () => {
  it("are those of the table, with its objectives and thresholds", () => {
    assert.deepEqual(
      slos.map(({ id, objective, windowDays, thresholds }) => ({ id, objective, windowDays, ...thresholds })),
      [
        { id: "usb-latency", objective: 0.95, windowDays: 30, warning: 0.08, critical: 0.1 },
        { id: "plugin-load", objective: 0.95, windowDays: 30, warning: 0.2, critical: 0.25 },
        { id: "availability", objective: 0.999, windowDays: 30, critical: 0.999 },
        { id: "errors", objective: 0.99, windowDays: 30, warning: 0.01, critical: 0.05 },
      ],
    );
  });

  for (const { id, indicator, thresholds } of slos) {
    if (indicator.kind !== "latency") continue;
    it(`have a bucket that ends at each threshold of ${id}: else it would be guessed`, () => {
      const histogram = Object.values(metrics).find(
        (metric: MetricDefinition) => metric.name === indicator.histogram,
      ) as MetricDefinition;
      const bounds = [
        indicator.withinSeconds,
        thresholds.critical,
        thresholds.warning ?? thresholds.critical,
      ];
      for (const bound of bounds) assert.ok(histogram.buckets?.includes(bound), `${bound}`);
    });
  }

  it("alert by thresholds, by budgets and when they can no longer be judged", () => {
    const names = new Set(alertsIn(sloGroups(slos, options)).map(({ alert }) => alert));
    for (const slo of slos) {
      for (const end of ["Breached", "BudgetBurning", "Unmeasured"])
        assert.ok(names.has(alertPrefix(slo) + end));
    }
  });

  it("follow from one entry: a new one has all rules and alerts that the others have", () => {
    const added: Slo = {
      ...(slos[0] as Slo),
      id: "transfer-time",
      indicator: {
        kind: "latency",
        histogram: metrics.usbTransferDuration.name,
        withinSeconds: 1,
        spans: 'name = "usb.transfer"',
      },
    };
    const groups = sloGroups([...slos, added], options);
    const alertNames = new Set(alertsIn(groups).map(({ alert }) => alert));
    for (const end of ["Breached", "BudgetBurning", "Unmeasured"])
      assert.ok(alertNames.has(`TransferTime${end}`));
    const budgets = recordingsIn(groups).filter(
      ({ record, labels }) => record.endsWith(":remaining30d") && labels?.["slo"] === "transfer-time",
    );
    assert.deepEqual(
      budgets.map(({ record }) => record.split(":")[0]),
      ["overall", "service", "tenant"],
    );
    assert.ok(recordingsIn(groups).some(({ expr }) => expr.includes('le="1.0"')));
  });

  it("are recorded over longer windows for the whole, each service and premium tenants, and for no other tenant", () => {
    const ofWindow = recordingsIn(sloGroups(slos, options)).filter(({ record }) =>
      record.endsWith(":slo_errors:increase1d"),
    );
    assert.deepEqual(
      ofWindow.map(({ record, expr }) => [record.split(":")[0], /tenant_id=~"gold"/.test(expr)]),
      [
        ["overall", false],
        ["service", false],
        ["tenant", true],
      ],
    );
    const withoutPremium = recordingsIn(sloGroups(slos, { ...options, premium: [] }));
    assert.ok(!withoutPremium.some(({ record }) => record === "tenant:slo_errors:increase1d"));
  });

  it("are judged by the long memory where a window is a day or longer, and there only", () => {
    for (const { name, prometheus, rules } of sloGroups(slos, options)) {
      const judged = rules.filter((rule) => !("alert" in rule && rule.alert.endsWith("Unmeasured")));
      const days = judged.some(({ expr }) => /increase\d+d|\[\d+d\]/.test(expr));
      assert.equal(days, prometheus === "long-term", name);
    }
  });
});
