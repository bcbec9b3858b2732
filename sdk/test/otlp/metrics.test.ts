import assert from "node:assert/strict";
import fc from "fast-check";
import { MetricRegistry } from "../../src/metrics/registry.ts";
import type { MetricDefinition } from "../../src/names/index.ts";
import { encodeMetrics } from "../../src/otlp/metrics.ts";
import { decodeRecord, plainAttributes } from "../support/otlp-decode.ts";

const scope = { name: "test", version: "1" };
const time = { startMs: 1_700_000_000_001, nowMs: 1_700_000_060_002 };
const startTimeUnixNano = 1_700_000_000_001_000_000n;
const timeUnixNano = 1_700_000_060_002_000_000n;

const counter: MetricDefinition = {
  name: "read_bytes_total",
  type: "counter",
  help: "Read.",
  unit: "By",
  labels: [],
};
const gauge: MetricDefinition = { name: "fill", type: "gauge", help: "Fill.", labels: [] };
const histogram: MetricDefinition = {
  name: "wait_seconds",
  type: "histogram",
  help: "Waits.",
  unit: "s",
  labels: [],
  buckets: [0.08, 1],
};

const decoded = async (metrics: Parameters<typeof encodeMetrics>[0]) =>
  (await encodeMetrics(metrics, scope, time)).map(({ bytes, items, scope }) => ({
    metric: decodeRecord("metrics", bytes),
    items,
    scope,
  }));

describe("metrics as OTLP", () => {
  it("are monotonic cumulative sums, for counters", async () => {
    const metric = new MetricRegistry().value(counter);
    metric.add({ tenant_id: "blue", kind: "ünïcödé" }).value = 2.5;
    const [record] = await decoded({ values: [metric], histograms: [] });
    const { name, description, unit, sum } = record?.metric ?? {};
    assert.deepEqual([name, description, unit], ["read_bytes_total", "Read.", "By"]);
    assert.equal(sum?.aggregationTemporality, 2);
    assert.equal(sum?.isMonotonic, true);
    const [point] = sum?.dataPoints ?? [];
    assert.deepEqual(
      { ...point, attributes: plainAttributes(point?.attributes ?? []) },
      {
        attributes: { tenant_id: "blue", kind: "ünïcödé" },
        startTimeUnixNano,
        timeUnixNano,
        asDouble: 2.5,
        exemplars: [],
        flags: 0,
      },
    );
    assert.equal(record?.scope, scope);
  });

  it("are gauges without a start, for gauges", async () => {
    const metric = new MetricRegistry().value(gauge);
    metric.add({ tenant_id: "blue" }).value = -Infinity;
    metric.add({ tenant_id: "green" }).value = 0;
    const [record] = await decoded({ values: [metric], histograms: [] });
    assert.equal(record?.metric.unit, "");
    const points = record?.metric.gauge?.dataPoints ?? [];
    assert.deepEqual(points.map(({ asDouble }) => asDouble).sort(), [-Infinity, 0]);
    assert.ok(points.every((point) => point.startTimeUnixNano === 0n && point.timeUnixNano === timeUnixNano));
  });

  it("are cumulative histograms with explicit bounds and exemplars, for histograms", async () => {
    const metric = new MetricRegistry().histogram(histogram);
    const series = metric.add({ tenant_id: "blue" });
    series.count = 6;
    series.sum = 12.5;
    const [first = "", , last = ""] = metric.buckets.map(({ key }) => key);
    for (const [index, { key }] of metric.buckets.entries()) series.bucketValues[key] = index + 1;
    const exemplar = (value: number) => ({
      labelSet: { trace_id: "0af7651916cd43dd8448eb211c80319c", span_id: "b7ad6b7169203331" },
      value,
      timestamp: 1_700_000_050.125,
    });
    series.bucketExemplars[first] = exemplar(0.07);
    series.bucketExemplars[last] = exemplar(9);
    const [record] = await decoded({ values: [], histograms: [metric] });
    assert.equal(record?.metric.histogram?.aggregationTemporality, 2);
    const [point] = record?.metric.histogram?.dataPoints ?? [];
    assert.deepEqual(point?.bucketCounts, [1n, 2n, 3n]);
    assert.deepEqual(point?.explicitBounds, [0.08, 1]);
    assert.deepEqual([point?.count, point?.sum, point?.startTimeUnixNano], [6n, 12.5, startTimeUnixNano]);
    assert.deepEqual(
      point?.exemplars,
      [0.07, 9].map((asDouble) => ({
        asDouble,
        timeUnixNano: 1_700_000_050_125_000_000n,
        traceId: "0af7651916cd43dd8448eb211c80319c",
        spanId: "b7ad6b7169203331",
        filteredAttributes: [],
      })),
    );
  });

  it("have no more data points in a record than a request can be filled with well, and none is lost or doubled", async () => {
    const metric = new MetricRegistry().histogram(histogram);
    for (let i = 0; i < 2_000; i++) metric.add({ tenant_id: "blue", route: `/${i}` }).count = i;
    const records = await encodeMetrics({ values: [], histograms: [metric] }, scope, time);
    const points = records.flatMap(({ bytes, items }) => {
      assert.ok(bytes.length < 34 * 1024, `${bytes.length} bytes`);
      const metric = decodeRecord("metrics", bytes);
      assert.equal(metric.name, "wait_seconds");
      assert.equal(metric.histogram?.dataPoints.length, items);
      return metric.histogram?.dataPoints ?? [];
    });
    assert.ok(records.length > 5 && records.length < 100, `${records.length} records`);
    assert.deepEqual(
      points.map(({ count }) => Number(count)).sort((one, other) => one - other),
      Array.from({ length: 2_000 }, (_, i) => i),
    );
  });

  it("are not there without a series", async () => {
    const registry = new MetricRegistry();
    assert.deepEqual(
      await decoded({ values: [registry.value(counter)], histograms: [registry.histogram(histogram)] }),
      [],
    );
  });

  it("are read back as they were, whatever the labels and values are", async () => {
    const series = fc.tuple(fc.string({ unit: "binary", maxLength: 40 }), fc.double({ noNaN: true }));
    await fc.assert(
      fc.asyncProperty(fc.array(series, { maxLength: 30 }), async (all) => {
        const metric = new MetricRegistry().value(counter);
        for (const [label, value] of all) metric.add({ label }).value = value;
        const points = (await decoded({ values: [metric], histograms: [] })).flatMap(
          ({ metric }) => metric.sum?.dataPoints ?? [],
        );
        assert.deepEqual(
          points
            .map(({ attributes, asDouble }) => [plainAttributes(attributes)["label"], asDouble])
            .reverse(),
          all.map(([label, value]) => [label.toWellFormed(), value]),
        );
      }),
      { numRuns: 30 },
    );
  });
});
