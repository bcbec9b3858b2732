import type { Counter, Gauge, Histogram, Metrics } from "../../src/index.ts";
import type { CounterKey, GaugeKey, HistogramKey, LabelsOf } from "../../src/metrics/metrics.ts";
import type { MetricKey } from "../../src/names/index.ts";
import { expectType, type IsTrue, type Same } from "./expect.ts";

/** Each metric of the vocabulary is recorded in one way. */
export type EachKeyHasOneKind = IsTrue<Same<CounterKey | HistogramKey | GaugeKey, MetricKey>>;
export type NoKeyHasTwo = IsTrue<
  Same<(CounterKey & HistogramKey) | (HistogramKey & GaugeKey) | (GaugeKey & CounterKey), never>
>;
export type LabelsAreThoseOfTheVocabulary = [
  IsTrue<Same<keyof LabelsOf<"usbEvents">, "action" | "outcome">>,
  IsTrue<
    Same<
      keyof LabelsOf<"httpRequestDuration">,
      "http_request_method" | "http_route" | "http_response_status_code"
    >
  >,
  IsTrue<Same<LabelsOf<"pluginsLoaded">[string], never>>,
];

export function labelsAreTyped(metrics: Metrics): void {
  const scans = metrics.counter("scans_total", { help: "Scans.", labels: ["kind", "outcome"] });
  expectType<Counter<"kind" | "outcome">>()(scans);
  scans.increment({ kind: "full", outcome: "success" });
  scans.increment({ kind: 1, outcome: undefined }, 5, "blue");
  // @ts-expect-error: a label is missing
  scans.increment({ kind: "full" });
  // @ts-expect-error: all labels are missing
  scans.increment();
  // @ts-expect-error: all labels are missing
  scans.increment(undefined, 5);
  // @ts-expect-error: no label of the metric
  scans.increment({ kind: "full", outcome: "success", serial: "A1" });
  // @ts-expect-error: an object is no label's value
  scans.increment({ kind: {}, outcome: "success" });

  const plain = metrics.counter("starts_total", { help: "Starts." });
  plain.increment();
  plain.increment(undefined, 5, "blue");
  plain.increment({}, 5);
  // @ts-expect-error: it has no labels
  plain.increment({ kind: "full" });

  const duration = metrics.histogram("scan_duration_seconds", {
    help: "One scan.",
    labels: ["kind"],
    buckets: [0.1, 1],
  });
  expectType<Histogram<"kind">>()(duration);
  duration.observe({ kind: "full" }, 0.5);
  // @ts-expect-error: only histograms have buckets
  metrics.counter("scans_total", { help: "Scans.", buckets: [1] });

  const devices = metrics.gauge("devices", { help: "Devices.", labels: ["bus"] });
  expectType<Gauge<"bus">>()(devices);
  devices.set({ bus: 1 }, 3);
  // @ts-expect-error: a gauge is set to a number
  devices.set({ bus: 1 }, "3");
}

export function vocabularyIsTyped(metrics: Metrics): void {
  metrics.increment("usbEvents", { action: "attach", outcome: "success" });
  metrics.set("pluginsLoaded", {}, 3);
  metrics.observe("usbEventDuration", { action: "attach" }, 0.08);
  // @ts-expect-error: a histogram is not counted up
  metrics.increment("usbEventDuration", { action: "attach" });
  // @ts-expect-error: a counter is not set
  metrics.set("usbEvents", { action: "attach", outcome: "success" }, 1);
  // @ts-expect-error: no metric of the vocabulary
  metrics.increment("usbEvent", {});
  // @ts-expect-error: a label is missing
  metrics.increment("usbEvents", { action: "attach" });
}

export function businessOperationsAreTyped(metrics: Metrics): void {
  metrics.recordBusinessOperation("scan", "blue", { success: true });
  metrics.recordBusinessOperation("scan", undefined, {
    success: false,
    plugin: "p",
    value: 1,
    unit: "eur",
    durationMs: 3,
  });
  // @ts-expect-error: whether it succeeded must be said
  metrics.recordBusinessOperation("scan", "blue", { plugin: "p" });
  // @ts-expect-error: durations are in milliseconds, and called so
  metrics.recordBusinessOperation("scan", "blue", { success: true, duration: 3 });
}
