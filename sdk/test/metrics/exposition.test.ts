import assert from "node:assert/strict";
import fc from "fast-check";
import { exposeMetrics, type Format, openMetrics, plainText } from "../../src/metrics/exposition.ts";
import { type AllMetrics, MetricRegistry } from "../../src/metrics/registry.ts";
import { metrics } from "../../src/names/index.ts";
import { metricsCore, samplesOf, scrape } from "../support/metrics.ts";

async function textOf(all: AllMetrics, format: Format): Promise<string> {
  let text = "";
  for await (const chunk of exposeMetrics(all, format)) text += chunk;
  return text;
}

describe("the page of metrics", () => {
  const registry = new MetricRegistry();
  const bytes = registry.value({
    name: "read_bytes_total",
    type: "counter",
    help: 'Read, "raw" \\ or\nnot.',
    unit: "By",
    labels: [],
  });
  bytes.add({ tenant_id: 'a"b\\c' }).value = 1e21;
  const gauge = registry.value({ name: "fill", type: "gauge", help: "Fill.", labels: [] });
  gauge.add({ tenant_id: "x" }).value = -Infinity;
  const durations = registry.histogram({
    name: "wait_seconds",
    type: "histogram",
    help: "Waits.",
    unit: "s",
    labels: [],
    buckets: [0.5, 1],
  });
  const wait = durations.add({ tenant_id: "x" });
  wait.count = 3;
  wait.sum = 4.5;
  for (const [index, { key }] of durations.buckets.entries()) wait.bucketValues[key] = [1, 0, 2][index] ?? 0;
  wait.bucketExemplars[durations.buckets[2]?.key ?? ""] = {
    labelSet: { trace_id: "ab", span_id: "cd" },
    value: 2,
    timestamp: 1700000000.125,
  };
  const all = { values: [bytes, gauge], histograms: [durations] };

  it("is OpenMetrics with units and exemplars where a scraper takes that", async () => {
    assert.equal(
      await textOf(all, openMetrics),
      String.raw`# HELP read_bytes Read, \"raw\" \\ or\nnot.
# TYPE read_bytes counter
# UNIT read_bytes bytes
read_bytes_total{tenant_id="a\"b\\c"} 1e+21
# HELP fill Fill.
# TYPE fill gauge
fill{tenant_id="x"} -Inf
# HELP wait_seconds Waits.
# TYPE wait_seconds histogram
# UNIT wait_seconds seconds
wait_seconds_bucket{tenant_id="x",le="0.5"} 1
wait_seconds_bucket{tenant_id="x",le="1.0"} 1
wait_seconds_bucket{tenant_id="x",le="+Inf"} 3 # {trace_id="ab",span_id="cd"} 2 1700000000.125
wait_seconds_sum{tenant_id="x"} 4.5
wait_seconds_count{tenant_id="x"} 3
# EOF
`,
    );
  });

  it("is Prometheus' text elsewhere", async () => {
    assert.equal(
      await textOf(all, plainText),
      String.raw`# HELP read_bytes_total Read, "raw" \\ or\nnot.
# TYPE read_bytes_total counter
read_bytes_total{tenant_id="a\"b\\c"} 1e+21
# HELP fill Fill.
# TYPE fill gauge
fill{tenant_id="x"} -Inf
# HELP wait_seconds Waits.
# TYPE wait_seconds histogram
wait_seconds_bucket{tenant_id="x",le="0.5"} 1
wait_seconds_bucket{tenant_id="x",le="1.0"} 1
wait_seconds_bucket{tenant_id="x",le="+Inf"} 3
wait_seconds_sum{tenant_id="x"} 4.5
wait_seconds_count{tenant_id="x"} 3
`,
    );
  });

  it("is the same when it is made again", async () => {
    assert.equal(await textOf(all, openMetrics), await textOf(all, openMetrics));
    assert.equal(await textOf(all, plainText), await textOf(all, plainText));
  });

  it("is read back as what was recorded, whatever the labels and values are", async () => {
    const recording = fc.tuple(
      fc.string({ unit: "binary", maxLength: 50 }),
      fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
    );
    const written = (text: string) => text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, " ").toWellFormed();
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(recording, { maxLength: 50, selector: ([text]) => written(text) }),
        async (all) => {
          const { core } = metricsCore();
          for (const [operation, value] of all)
            core.increment(metrics.businessOperationValue, { operation }, value);
          const samples = await scrape(core);
          assert.deepEqual(
            samples.map(({ labels, value }) => [labels["operation"] ?? "", value]),
            all.map(([operation, value]) => [written(operation), value || 0]),
          );
        },
      ),
      { numRuns: 20 },
    );
  });

  it("comes in small parts, between which the event loop turns", async () => {
    const { core } = metricsCore({ maxLabelValues: 10_000, maxSeriesPerMetric: 10_000 });
    for (let i = 0; i < 5_000; i++) {
      const labels = { http_request_method: "GET", http_route: `/${i}`, http_response_status_code: 200 };
      core.observe(metrics.httpRequestDuration, labels, 1);
    }
    let turns = 0;
    const tick = () => {
      turns++;
      ticking = setImmediate(tick);
    };
    let ticking = setImmediate(tick);
    let samples = 0;
    for await (const chunk of (await core.page(undefined)).chunks) {
      assert.ok(chunk.length < 64 * 1024, `${chunk.length} characters at once`);
      samples += samplesOf(chunk).length;
    }
    clearImmediate(ticking);
    assert.equal(samples, 5_000 * 18);
    assert.ok(turns > 10, `${turns} turns`);
  });
});
