import assert from "node:assert/strict";
import { dashboardRules } from "../../dashboards/recordings.ts";
import { metrics } from "../../sdk/src/names/index.ts";
import { metricsOf } from "../support/promql.ts";
import { allGroups, recordingsIn } from "../support/rules.ts";

const rules = recordingsIn([dashboardRules]);

describe("what is recorded for dashboards", () => {
  it("has names of its own, of the form level:metric:operations", () => {
    const names = [...allGroups, dashboardRules].flatMap((group) => [
      ...new Set(recordingsIn([group]).map(({ record }) => record)),
    ]);
    for (const { record } of rules) {
      assert.match(record, /^tenant:[a-z0-9_]+:(rate5m|sum)$/);
      assert.equal(names.filter((name) => name === record).length, 1, record);
    }
  });

  it("is made of the vocabulary, and of what was recorded just before", () => {
    const vocabulary = new Set<string>(Object.values(metrics).map(({ name }) => name));
    const before = new Set<string>();
    for (const { record, expr } of rules) {
      for (const metric of metricsOf(expr))
        assert.ok(
          before.has(metric) ||
            vocabulary.has(metric) ||
            vocabulary.has(metric.replace(/_(bucket|sum|count)$/, "")),
          `${record} reads ${metric}`,
        );
      before.add(record);
    }
  });

  it("comes often enough for Prometheus to find the last value at any time", () => {
    assert.ok((dashboardRules.intervalSeconds ?? 0) < 300);
  });
});
