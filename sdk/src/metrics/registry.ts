import type { Registry as PromClientRegistry } from "prom-client";
import Counter from "prom-client/lib/counter.js";
import Gauge from "prom-client/lib/gauge.js";
import Histogram from "prom-client/lib/histogram.js";
import Registry from "prom-client/lib/registry.js";
import { commonLabels, type MetricDefinition } from "../names/index.ts";

/** Labels of a series, all of them; one without a value is left out. */
export type SeriesLabels = Readonly<Record<string, string>>;

/** A series of a counter or a gauge. */
export interface ValueSeries {
  readonly labels: SeriesLabels;
  value: number;
}

/** A series of a histogram. */
export interface HistogramSeries {
  readonly labels: SeriesLabels;
  sum: number;
  count: number;
  /** Observations by the key of their bucket, each in one only. */
  readonly bucketValues: Record<string, number>;
  /** The latest exemplar by the key of its bucket. */
  readonly bucketExemplars: Record<string, Exemplar | undefined>;
}

/** A bucket of a histogram. */
export interface Bucket {
  readonly key: string;
  /** Its upper bound; that of the last is infinite. */
  readonly bound: number;
}

/** An observation, and the span that it was made in. */
export interface Exemplar {
  readonly labelSet: { readonly trace_id: string; readonly span_id: string };
  readonly value: number;
  /** Seconds since the epoch. */
  readonly timestamp: number;
}

/** One metric, with room for its series. */
export interface RegisteredMetric<Series> {
  readonly definition: MetricDefinition;
  /** A new series, at zero. */
  add(labels: SeriesLabels): Series;
  series(): readonly Series[];
}

export type ValueMetric = RegisteredMetric<ValueSeries>;

export interface HistogramMetric extends RegisteredMetric<HistogramSeries> {
  /** In ascending order. */
  readonly buckets: readonly Bucket[];
}

/** All metrics of a registry. */
export interface AllMetrics {
  readonly values: readonly ValueMetric[];
  readonly histograms: readonly HistogramMetric[];
}

/**
 * prom-client's registry, which holds all metrics of the process: the only module that knows of prom-client.
 *
 * prom-client's own `inc()` and `observe()` find a series by a text made of all labels, at 0.8 µs a call. Here a series is made
 * once, put where prom-client keeps it (`hashMap`), and written to where it is, at less than a tenth of that; whatever asks
 * prom-client sees it all the same. The version is pinned exactly, and the tests hold the shape.
 */
export class MetricRegistry {
  readonly promClient: PromClientRegistry = new Registry();

  /** A counter or a gauge. Throws when the name is taken or not valid. */
  value(definition: MetricDefinition): ValueMetric {
    const Type = definition.type === "counter" ? Counter : Gauge;
    const metric = new Type(this.#configuration(definition));
    return this.#room(definition, metric, (labels) => ({ labels, value: 0 }));
  }

  /** Throws when the name is taken or not valid. */
  histogram(definition: MetricDefinition): HistogramMetric {
    const { buckets: bounds = [] } = definition;
    const buckets = [
      ...bounds.map((bound) => ({ key: `${bound}`, bound })),
      { key: lastKey, bound: Infinity },
    ];
    const empty = Object.fromEntries(buckets.map(({ key }) => [key, 0]));
    const metric = new Histogram({ ...this.#configuration(definition), buckets: [...bounds] });
    const room = this.#room(definition, metric, (labels) => ({
      labels,
      sum: 0,
      count: 0,
      bucketValues: { ...empty },
      bucketExemplars: {},
    }));
    return { ...room, buckets };
  }

  #configuration({ name, help, labels }: MetricDefinition) {
    return { name, help, labelNames: [...commonLabels, ...labels], registers: [this.promClient] };
  }

  #room<Series>(
    definition: MetricDefinition,
    metric: object,
    create: (labels: SeriesLabels) => Series,
  ): RegisteredMetric<Series> {
    const kept = (metric as { hashMap: Record<string, Series> }).hashMap;
    let next = 0;
    return {
      definition,
      add(labels) {
        const series = create(labels);
        kept[next++] = series;
        return series;
      },
      series: () => Object.values(kept),
    };
  }
}

/** What prom-client calls the bucket that takes what no other does. */
const lastKey = "-1";
