import assert from "node:assert/strict";
import { metricsOf, selectorsOf } from "./promql.ts";

describe("reading PromQL", () => {
  it("finds every selector, its name and the labels that it asks for, wherever it stands", () => {
    assert.deepEqual(
      selectorsOf(
        'sum by (x) (rate(a_total{b="c",d=~"e"}[5m])) / max_over_time(level:m:op offset 1d) and on (y) up',
      ),
      [
        { metric: "a_total", labels: ["b", "d"] },
        { metric: "level:m:op", labels: [] },
        { metric: "up", labels: [] },
      ],
    );
  });

  it("takes the name from a matcher where it stands there", () => {
    assert.deepEqual(selectorsOf('{__name__=~"foo|bar",z="1"}'), [{ metric: "foo|bar", labels: ["z"] }]);
  });

  it("counts a metric once, and no function or keyword", () => {
    assert.deepEqual(metricsOf("time() - max(up) > 2 * scalar(up)"), ["up"]);
  });

  it("refuses what is not PromQL", () => {
    assert.throws(() => selectorsOf("sum by (x rate(a[5m]))"), /not PromQL/);
  });
});
