import type { TelemetryRecord } from "../../../sdk/src/delivery/record.ts";
import {
  type HistogramMetric,
  type HistogramSeries,
  MetricRegistry,
  type ValueMetric,
  type ValueSeries,
} from "../../../sdk/src/metrics/registry.ts";
import { type MetricDefinition, metrics } from "../../../sdk/src/names/index.ts";
import { encodeMetrics } from "../../../sdk/src/otlp/metrics.ts";
import { type Identity, scope, seriesLabels } from "./identity.ts";
import type { Trace } from "./traces.ts";

/** Values of the labels that have few; any other has ten, after its name. */
const valuesOf: Record<string, readonly string[]> = {
  outcome: ["success", "error"],
  http_response_status_code: ["200", "404", "500"],
  http_request_method: ["GET", "POST"],
};
const ten = (label: string) => Array.from({ length: 10 }, (_, index) => `${label}-${index}`);

const definitions: readonly MetricDefinition[] = Object.values(metrics).filter(
  ({ name, labels }) => !name.startsWith("autoweave_observability") && labels.length > 0,
);

/** Series of a histogram as Prometheus keeps it: one for each bucket, that without a bound too, the sum and the count. */
const seriesPerHistogram = ({ buckets = [] }: MetricDefinition) => buckets.length + 3;

/** The metrics of one process, filled with as many series as it is to have: those of the vocabulary, in turn. */
export class AppMetrics {
  readonly series: number;
  readonly #startedAt = Date.now();
  readonly #values: { metric: ValueMetric; series: ValueSeries[] }[] = [];
  readonly #histograms: { metric: HistogramMetric; series: HistogramSeries[] }[] = [];

  constructor(identity: Identity, wanted: number) {
    const registry = new MetricRegistry();
    const common = seriesLabels(identity);
    const rooms = definitions.map((definition) => this.#roomFor(registry, definition, common));
    let left = wanted;
    for (let added = true; added && left > 0;) {
      added = false;
      for (const room of rooms) {
        const taken = room(left);
        left -= taken;
        added ||= taken > 0;
      }
    }
    if (left > 0) throw new Error(`The vocabulary has no room for ${wanted} series: ${left} are left.`);
    this.series = wanted;
  }

  /** All of them, somewhat later than the last time; protobuf messages `Metric`. */
  snapshot(trace: Pick<Trace, "traceId" | "spanId">, random: () => number): Promise<TelemetryRecord[]> {
    for (const { metric, series } of this.#values) {
      for (const one of series) {
        if (metric.definition.type === "counter") one.value += Math.floor(random() * 20);
        else one.value = Math.floor(random() * 20);
      }
    }
    for (const { metric, series } of this.#histograms)
      for (const one of series) observe(one, metric, trace, random);
    return encodeMetrics(
      {
        values: this.#values.map(({ metric }) => metric),
        histograms: this.#histograms.map(({ metric }) => metric),
      },
      scope,
      { startMs: this.#startedAt, nowMs: Date.now() },
    );
  }

  /** Adds the next combination of a metric's labels if there is one and room for it; gives the series that it makes. */
  #roomFor(registry: MetricRegistry, definition: MetricDefinition, common: Record<string, string>) {
    const combinations = combinationsOf(definition.labels);
    if (definition.type === "histogram") {
      const metric = registry.histogram(definition);
      const series: HistogramSeries[] = [];
      this.#histograms.push({ metric, series });
      return (room: number): number => {
        const each = seriesPerHistogram(definition);
        const labels = each <= room ? combinations.next().value : undefined;
        if (!labels) return 0;
        series.push(metric.add({ ...common, ...labels }));
        return each;
      };
    }
    const metric = registry.value(definition);
    const series: ValueSeries[] = [];
    this.#values.push({ metric, series });
    return (room: number): number => {
      const labels = room > 0 ? combinations.next().value : undefined;
      if (!labels) return 0;
      series.push(metric.add({ ...common, ...labels }));
      return 1;
    };
  }
}

function* combinationsOf([label, ...rest]: readonly string[]): Generator<Record<string, string>, undefined> {
  if (label === undefined) {
    yield {};
    return;
  }
  for (const others of combinationsOf(rest))
    for (const value of valuesOf[label] ?? ten(label)) yield { [label]: value, ...others };
}

const observationsPerPush = 3;

function observe(
  series: HistogramSeries,
  { buckets }: HistogramMetric,
  { traceId, spanId }: Pick<Trace, "traceId" | "spanId">,
  random: () => number,
): void {
  for (let i = 0; i < observationsPerPush; i++) {
    const { key, bound } = buckets[Math.floor(random() * (buckets.length - 1))] as {
      key: string;
      bound: number;
    };
    series.bucketValues[key] = (series.bucketValues[key] ?? 0) + 1;
    series.count += 1;
    series.sum += bound;
    series.bucketExemplars[key] = {
      labelSet: { trace_id: traceId, span_id: spanId },
      value: bound,
      timestamp: Date.now() / 1000,
    };
  }
}
