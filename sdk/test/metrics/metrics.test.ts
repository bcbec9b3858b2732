import assert from "node:assert/strict";
import { trace } from "@opentelemetry/api";
import { Metrics } from "../../src/metrics/metrics.ts";
import { metricsCore, scrape } from "../support/metrics.ts";

const attached = (options = {}) => {
  const metrics = new Metrics();
  const { core, dropped } = metricsCore(options);
  metrics.attach(core);
  return { metrics, core, dropped };
};

const invalid = (message: RegExp) => ({
  name: "ObservabilityConfigError",
  code: "AUTOWEAVE_INVALID_METRIC",
  message,
});

describe("an app's metrics", () => {
  it("do nothing before they are attached and after they are detached, and are live in between", async () => {
    const metrics = new Metrics();
    const things = metrics.counter("things_total", { help: "Things." });
    const { core } = metricsCore();
    things.increment();
    metrics.increment("usbEvents", { action: "attach", outcome: "success" });
    assert.equal(metrics.isAttached, false);
    metrics.attach(core);
    assert.equal(metrics.isAttached, true);
    things.increment();
    metrics.increment("usbEvents", { action: "attach", outcome: "success" });
    metrics.detach();
    things.increment();
    metrics.increment("usbEvents", { action: "attach", outcome: "success" });
    assert.deepEqual(
      (await scrape(core)).map(({ name, value }) => [name, value]),
      [
        ["things_total", 1],
        ["autoweave_usb_events_total", 1],
        ["autoweave_usb_events_total", 0],
      ],
    );
  });

  it("start anew with the next core", async () => {
    const { metrics, core } = attached();
    const things = metrics.counter("things_total", { help: "Things." });
    things.increment();
    metrics.detach();
    const next = metricsCore().core;
    metrics.attach(next);
    things.increment(undefined, 5);
    assert.deepEqual([(await scrape(core))[0]?.value, (await scrape(next))[0]?.value], [1, 5]);
  });

  it("record operations of the business with their outcome, value and duration", async () => {
    const { metrics, core } = attached();
    metrics.recordBusinessOperation("device-automation", "tenant-123", {
      plugin: "usb-scanner",
      success: true,
    });
    metrics.recordBusinessOperation("sale", "tenant-123", {
      success: false,
      value: 12.5,
      unit: "eur",
      durationMs: 200,
    });
    const samples = (await scrape(core)).filter(({ labels }) => !labels["le"] || labels["le"] === "0.2");
    assert.deepEqual(
      samples.map(({ name, labels: { operation, plugin, outcome, unit, tenant_id }, value }) => [
        name.replace("autoweave_business_", ""),
        [operation, plugin, outcome, unit, tenant_id].filter(Boolean).join(),
        value,
      ]),
      [
        ["operations_total", "device-automation,usb-scanner,success,tenant-123", 1],
        ["operations_total", "device-automation,usb-scanner,error,tenant-123", 0],
        ["operations_total", "sale,error,tenant-123", 1],
        ["operations_total", "sale,success,tenant-123", 0],
        ["operation_value_total", "sale,eur,tenant-123", 12.5],
        ["operation_duration_seconds_bucket", "sale,tenant-123", 1],
        ["operation_duration_seconds_sum", "sale,tenant-123", 0.2],
        ["operation_duration_seconds_count", "sale,tenant-123", 1],
      ],
    );
  });

  it("start with both outcomes where they have one", async () => {
    const { metrics, core } = attached();
    const scans = metrics.counter("scans_total", { help: "Scans.", labels: ["kind", "outcome"] });
    scans.increment({ kind: "full", outcome: "error" });
    metrics.gauge("last_scan_bytes", { help: "Scanned.", labels: ["outcome"] }).set({ outcome: "error" }, 1);
    assert.deepEqual(
      (await scrape(core)).map(({ labels: { kind, outcome }, value }) => [kind, outcome, value]),
      [
        ["full", "error", 1],
        ["full", "success", 0],
        [undefined, "error", 1],
      ],
    );
  });

  it("never throw from recording calls", () => {
    const { metrics, dropped } = attached();
    const record = metrics.recordBusinessOperation.bind(metrics) as (...given: unknown[]) => void;
    record();
    record("x", "t", null);
    record({}, {}, 7);
    record("x", "t", {
      get success(): boolean {
        throw new Error("no");
      },
    });
    record("x", "t", { success: true, value: "many", durationMs: 5n });
    metrics.increment("nonsense" as "usbEvents", null as never);
    metrics.observe("usbEventDuration", undefined as never, "1" as never);
    metrics.counter("things_total", { help: "Things.", labels: ["kind"] }).increment(7 as never, {} as never);
    assert.ok(dropped["invalid"]);
  });

  it("call what sets a metric only when metrics are read, as long as it is wanted", async () => {
    const metrics = new Metrics();
    let read = 0;
    const stop = metrics.onCollect(() => metrics.set("pluginsLoaded", {}, ++read));
    assert.equal(read, 0);
    const { core } = metricsCore();
    metrics.attach(core);
    assert.deepEqual(
      (await scrape(core)).map(({ value }) => value),
      [1],
    );
    stop();
    assert.deepEqual(
      (await scrape(core)).map(({ value }) => value),
      [1],
    );
  });

  it("of an app's own have its labels, unit, buckets and tenant", async () => {
    const { metrics, core } = attached();
    const sizes = metrics.histogram("upload_bytes", {
      help: "Uploads.",
      labels: ["kind"],
      buckets: [10, 100],
    });
    const span = trace.wrapSpanContext({ traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1 });
    sizes.observe({ kind: "image" }, 50, "blue", span);
    const heat = metrics.gauge("heat_celsius", { help: "Heat." });
    heat.set({}, 20);
    heat.add({}, -25);
    const page = (await core.exposition("application/openmetrics-text")).body;
    assert.match(page, /# UNIT upload_bytes bytes\n/);
    assert.match(
      page,
      /upload_bytes_bucket\{tenant_id="blue",kind="image",[^}]*,le="100.0"\} 1 # \{trace_id="a{32}",span_id="b{16}"\} 50 /,
    );
    assert.match(page, /heat_celsius\{[^}]*\} -5\n/);
  });

  it("have the SDK's buckets where they measure seconds", async () => {
    const { metrics, core } = attached();
    metrics.histogram("wait_seconds", { help: "Waits." }).observe({}, 0.08);
    const bounds = (await scrape(core)).map(({ labels }) => labels["le"]);
    assert.ok(bounds.includes("0.08") && bounds.includes("0.2"));
  });

  it("are the same again when they are defined the same again", () => {
    const metrics = new Metrics();
    const define = () => metrics.histogram("wait_seconds", { help: "Waits.", labels: ["queue"] });
    assert.equal(define(), define());
  });

  it("are refused when they are defined differently", () => {
    const metrics = new Metrics();
    metrics.counter("things_total", { help: "Things.", labels: ["kind"] });
    const differently = [
      () => metrics.counter("things_total", { help: "Other things.", labels: ["kind"] }),
      () => metrics.counter("things_total", { help: "Things." }),
      () => metrics.gauge("things", { help: "Things.", labels: ["kind"] }),
    ];
    for (const define of differently) assert.throws(define, invalid(/defined already.*things_total/));
  });

  it("know their labels' names at compile time", () => {
    const metrics = new Metrics();
    const things = metrics.counter("things_total", { help: "Things.", labels: ["kind"] });
    // @ts-expect-error no such label
    things.increment({ sort: "x" });
    // @ts-expect-error a counter of the vocabulary is not observed
    metrics.observe("usbEvents", { action: "attach", outcome: "success" }, 1);
    // @ts-expect-error the outcome is missing
    metrics.increment("usbEvents", { action: "attach" });
    things.increment({ kind: "x" }, 1, "blue");
  });
});

describe("the definition of an app's metric", () => {
  const metrics = new Metrics();
  const counter = (name: unknown, options: unknown = { help: "Help." }) =>
    metrics.counter(name as string, options as { help: string });
  const histogram = (name: unknown, options: object = {}) =>
    metrics.histogram(name as string, { help: "Help.", ...options });
  const gauge = (name: unknown, options: object = {}) =>
    metrics.gauge(name as string, { help: "Help.", ...options });

  const refused: Record<string, [() => unknown, RegExp]> = {
    "a name with other characters": [() => counter("thíngs_total"), /letters and digits/],
    "a name that begins with a digit": [() => counter("1st_total"), /a letter first/],
    "a name with a colon, which recording rules have": [
      () => counter("job:things_total"),
      /letters and digits/,
    ],
    "underscores in a row, which OTLP's translation takes together": [
      () => counter("my__things_total"),
      /single underscores/,
    ],
    "a name that is too long": [() => counter(`${"x".repeat(300)}_total`), /at most 200/],
    "no name": [() => counter(undefined), /The metric undefined/],
    "a counter without _total": [() => counter("things"), /ends in _total/],
    "a second total, which OTLP's translation takes out": [
      () => counter("total_things_total"),
      /no other total/,
    ],
    "a gauge in _total": [() => gauge("things_total"), /only a counter's/],
    "endings of a histogram's parts": [() => gauge("things_count"), /_bucket, _count, _sum and _created/],
    "a name of the vocabulary": [() => counter("autoweave_usb_events_total"), /the SDK has a metric/],
    "a name of the runtime": [() => gauge("process_cpu_seconds"), /the SDK has a metric/],
    "no help": [() => counter("things_total", {}), /help:/],
    "no options": [() => counter("things_total", null), /help:/],
    "a unit that the name does not say": [() => gauge("things", { unit: "s" }), /unit:/],
    "a unit that is none": [() => gauge("speed_kmh", { unit: "km/h" }), /unit:/],
    "a label with other characters": [() => gauge("things", { labels: ["a-b"] }), /"a-b" is none/],
    "a label of the SDK": [() => gauge("things", { labels: ["tenant_id"] }), /tenant_id is set by the SDK/],
    "a label of the scrape": [() => gauge("things", { labels: ["job", "pod"] }), /job, pod are set/],
    "a label that every object has": [
      () => gauge("things", { labels: ["constructor"] }),
      /"constructor" is none/,
    ],
    "a label twice": [() => gauge("things", { labels: ["a", "a"] }), /each once/],
    "labels that are no list": [() => gauge("things", { labels: "kind" }), /a list/],
    "buckets that do not ascend": [() => histogram("wait_seconds", { buckets: [1, 1] }), /ascending/],
    "buckets that are none": [() => histogram("wait_seconds", { buckets: [NaN] }), /numbers from 1e-9/],
    "a bucket at 0": [() => histogram("wait_seconds", { buckets: [0, 1] }), /from 1e-9/],
    "a bucket that is too large": [
      () => histogram("size_bytes", { buckets: [1, 1e16] }),
      /to 1000000000000000/,
    ],
    "no buckets where seconds are not measured": [() => histogram("size_bytes"), /buckets:/],
  };
  for (const [what, [define, message]] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      assert.throws(define, invalid(message));
    });
  }

  it("names every fault at once", () => {
    assert.throws(
      () => metrics.histogram("things_total", { help: "", labels: ["le"], buckets: [] }),
      invalid(/name: .*help: .*labels: .*buckets: /s),
    );
  });
});
