import assert from "node:assert/strict";
import { MetricRegistry } from "../../src/metrics/registry.ts";

const labels = { tenant_id: "blue", action: "attach", service: "svc" };
const counter = { name: "events_total", type: "counter", help: "Events.", labels: ["action"] } as const;
const histogram = {
  name: "duration_seconds",
  type: "histogram",
  help: "Durations.",
  labels: ["action"],
  buckets: [0.1, 1],
} as const;

describe("prom-client's registry", () => {
  it("tells of a counter and a gauge what was written to their series", async () => {
    const registry = new MetricRegistry();
    const events = registry.value(counter).add(labels);
    events.value += 3;
    registry.value({ ...counter, name: "devices", type: "gauge" }).add(labels).value = -1;
    const told = await registry.promClient.getMetricsAsJSON();
    assert.deepEqual(
      told.map(({ name, type, values }) => ({
        name,
        type,
        values: values.map(({ value, labels }) => ({ value, labels })),
      })),
      [
        { name: "events_total", type: "counter", values: [{ value: 3, labels }] },
        { name: "devices", type: "gauge", values: [{ value: -1, labels }] },
      ],
    );
  });

  it("tells of a histogram what was written to its series, and the buckets add up as it wants them", async () => {
    const registry = new MetricRegistry();
    const metric = registry.histogram(histogram);
    const series = metric.add(labels);
    series.count = 4;
    series.sum = 7.55;
    for (const [index, count] of [1, 1, 2].entries())
      series.bucketValues[metric.buckets[index]?.key ?? ""] = count;
    const page = await registry.promClient.metrics();
    const own = 'tenant_id="blue",action="attach",service="svc"';
    assert.equal(
      page,
      [
        "# HELP duration_seconds Durations.",
        "# TYPE duration_seconds histogram",
        `duration_seconds_bucket{le="0.1",${own}} 1`,
        `duration_seconds_bucket{le="1",${own}} 2`,
        `duration_seconds_bucket{le="+Inf",${own}} 4`,
        `duration_seconds_sum{${own}} 7.55`,
        `duration_seconds_count{${own}} 4`,
        "",
      ].join("\n"),
    );
  });

  it("keeps series apart that its own way of finding them would mix up", async () => {
    const registry = new MetricRegistry();
    const metric = registry.value(counter);
    metric.add({ tenant_id: "a,action:b", action: "c" }).value = 1;
    metric.add({ tenant_id: "a", action: "b,action:c" }).value = 2;
    assert.deepEqual(
      (await registry.promClient.getMetricsAsJSON())[0]?.values.map(({ value }) => value),
      [1, 2],
    );
    assert.deepEqual(
      metric.series().map(({ value }) => value),
      [1, 2],
    );
  });

  it("refuses a second metric of the same name", () => {
    const registry = new MetricRegistry();
    registry.value(counter);
    assert.throws(() => registry.value(counter), /already been registered/);
  });

  it("is one of its own: two of them share nothing", () => {
    new MetricRegistry().value(counter);
    new MetricRegistry().value(counter);
  });
});
