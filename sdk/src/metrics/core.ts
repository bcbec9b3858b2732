import { type Span, trace, TraceFlags } from "@opentelemetry/api";
import { acceptedTenant, currentTenant } from "../context/tenant.ts";
import type { TelemetryRecord } from "../delivery/record.ts";
import { warnOnce } from "../diagnostics.ts";
import type { DropReason, MetricDefinition } from "../names/index.ts";
import { encodeMetrics } from "../otlp/metrics.ts";
import { boundedText } from "../otlp/plain.ts";
import { sdkScope } from "../resource.ts";
import { formatFor } from "./accept.ts";
import { type Collector, Collectors } from "./collectors.ts";
import { exposeMetrics, type Page } from "./exposition.ts";
import { Family, type FamilyOptions, type GivenLabels } from "./family.ts";
import {
  type AllMetrics,
  type Bucket,
  type Exemplar,
  type HistogramMetric,
  type HistogramSeries,
  MetricRegistry,
  type ValueSeries,
} from "./registry.ts";
import { RuntimeMetrics } from "./runtime.ts";

export interface MetricsCoreOptions {
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  /** The tenant of what the process tells of itself. */
  readonly tenantId: string;
  /** Most values of one label of a metric. */
  readonly maxLabelValues: number;
  /** Most series of one metric. */
  readonly maxSeriesPerMetric: number;
  /** Observations in a sampled span lead to it. */
  readonly exemplars: boolean;
  /** Metrics of the Node runtime. */
  readonly nodeMetrics: boolean;
  /** Told of each recording whose labels were past a bound (`cardinality`), or whose value was none for its metric (`invalid`). */
  readonly onDrop: (reason: DropReason & ("cardinality" | "invalid"), items: number) => void;
}

/**
 * All metrics of the process, in one registry that is scraped or pushed. A metric is there from its first recording on.
 * Recording never throws: a value that its metric does not take (NaN, less than nothing) is left out, counted, and warned of
 * once.
 */
export class MetricsCore {
  /** The tenant of what the process tells of itself. */
  readonly tenantId: string;
  readonly #options: MetricsCoreOptions;
  readonly #familyOptions: FamilyOptions;
  readonly #registry = new MetricRegistry();
  readonly #values = new Map<MetricDefinition, Family<ValueSeries>>();
  readonly #histograms = new Map<MetricDefinition, Family<HistogramSeries, HistogramMetric>>();
  readonly #collectors = new Collectors();
  readonly #runtime: RuntimeMetrics | undefined;
  readonly #startedMs = Date.now();

  constructor(options: MetricsCoreOptions) {
    this.#options = options;
    this.tenantId = options.tenantId;
    const { service, environment, version } = options;
    this.#familyOptions = {
      maxLabelValues: options.maxLabelValues,
      maxSeriesPerMetric: options.maxSeriesPerMetric,
      constantLabels: { service, environment, version },
      onOverflow: () => options.onDrop("cardinality", 1),
    };
    if (options.nodeMetrics) this.#runtime = this.#measureRuntime();
  }

  /** Adds to a counter: a finite number from 0 on. Without a tenant it is the current one's. */
  increment(definition: MetricDefinition, labels: GivenLabels, value = 1, tenantId?: string): void {
    try {
      if (!isAmount(value)) return this.#refuse(definition, value);
      this.#valueFamily(definition).find(labels, tenantOf(tenantId)).value += value;
    } catch (error) {
      this.#failed(definition, error);
    }
  }

  /** Sets a gauge to any number, or a counter to the total of what it mirrors. */
  set(definition: MetricDefinition, labels: GivenLabels, value: number, tenantId?: string): void {
    try {
      if (typeof value !== "number" || Number.isNaN(value)) return this.#refuse(definition, value);
      // Minus zero would be written in one way when scraped, and in another when pushed.
      this.#valueFamily(definition).find(labels, tenantOf(tenantId)).value = value || 0;
    } catch (error) {
      this.#failed(definition, error);
    }
  }

  /** Moves a gauge up, or down by a negative number. */
  add(definition: MetricDefinition, labels: GivenLabels, difference: number, tenantId?: string): void {
    try {
      if (!Number.isFinite(difference)) return this.#refuse(definition, difference);
      this.#valueFamily(definition).find(labels, tenantOf(tenantId)).value += difference;
    } catch (error) {
      this.#failed(definition, error);
    }
  }

  /**
   * Takes a value, a finite number from 0 on, into a histogram. If it was made in a sampled span (the one given, else the
   * active one), the value's bucket leads to that; `null` is no span.
   */
  observe(
    definition: MetricDefinition,
    labels: GivenLabels,
    value: number,
    tenantId?: string,
    span?: Span | null,
  ): void {
    try {
      if (!isAmount(value)) return this.#refuse(definition, value);
      const family = this.#histogramFamily(definition);
      const series = family.find(labels, tenantOf(tenantId));
      const key = keyOf(family.metric.buckets, value);
      (series.bucketValues[key] as number)++;
      series.sum += value;
      series.count++;
      if (!this.#options.exemplars) return;
      const exemplar = exemplarOf(span === undefined ? trace.getActiveSpan() : span, value);
      if (exemplar) series.bucketExemplars[key] = exemplar;
    } catch (error) {
      this.#failed(definition, error);
    }
  }

  /** Has `collect` called before the metrics are read, to set what is only looked up then. Returns how to end that. */
  onCollect(collect: Collector): () => void {
    return this.#collectors.add(collect);
  }

  /** The page that a scraper is given: OpenMetrics with exemplars if its `Accept` header takes that, else plain text. */
  async page(accept: string | undefined): Promise<Page> {
    const format = formatFor(accept);
    await this.#collectors.run();
    return { contentType: format.contentType, chunks: exposeMetrics(this.#all(), format) };
  }

  /** The same page as one text. */
  async exposition(accept: string | undefined): Promise<{ contentType: string; body: string }> {
    const { contentType, chunks } = await this.page(accept);
    let body = "";
    for await (const chunk of chunks) body += chunk;
    return { contentType, body };
  }

  /** What is pushed: the same metrics, labels and values. */
  async snapshot(nowMs: number): Promise<TelemetryRecord[]> {
    await this.#collectors.run();
    return encodeMetrics(this.#all(), sdkScope, { startMs: Math.min(this.#startedMs, nowMs), nowMs });
  }

  /** Ends the measuring of the Node runtime. */
  close(): void {
    this.#runtime?.close();
  }

  #all(): AllMetrics {
    return {
      values: [...this.#values.values()].map(({ metric }) => metric),
      histograms: [...this.#histograms.values()].map(({ metric }) => metric),
    };
  }

  #measureRuntime(): RuntimeMetrics {
    const { tenantId } = this;
    const runtime = new RuntimeMetrics({
      set: (definition, labels, value) => this.set(definition, labels, value, tenantId),
      observe: (definition, labels, value) => this.observe(definition, labels, value, tenantId, null),
    });
    this.onCollect(() => runtime.collect());
    return runtime;
  }

  #valueFamily(definition: MetricDefinition): Family<ValueSeries> {
    const known = this.#values.get(definition);
    if (known) return known;
    const family = new Family<ValueSeries>(this.#registry.value(definition), this.#familyOptions);
    this.#values.set(definition, family);
    return family;
  }

  #histogramFamily(definition: MetricDefinition): Family<HistogramSeries, HistogramMetric> {
    const known = this.#histograms.get(definition);
    if (known) return known;
    const family = new Family<HistogramSeries, HistogramMetric>(
      this.#registry.histogram(definition),
      this.#familyOptions,
    );
    this.#histograms.set(definition, family);
    return family;
  }

  #refuse({ name, type }: MetricDefinition, value: unknown): void {
    this.#options.onDrop("invalid", 1);
    warnOnce(
      `value of ${name}`,
      `${name} was given ${shown(value)}, which a ${type} does not take: it is left out.`,
    );
  }

  #failed(definition: MetricDefinition | undefined, error: unknown): void {
    const name = definition?.name ?? "A metric that does not exist";
    this.#options.onDrop("invalid", 1);
    warnOnce(`recording ${name}`, `${name}: a recording failed and is left out: ${shown(error)}`);
  }
}

const tenantOf = (given: string | undefined): string =>
  (given === undefined ? undefined : acceptedTenant(given)) ?? currentTenant();

const isAmount = (value: unknown): value is number =>
  typeof value === "number" && value >= 0 && value < Infinity;

/** The bucket that takes a value, by its key. */
function keyOf(buckets: readonly Bucket[], value: number): string {
  let i = 0;
  while (value > (buckets[i] as Bucket).bound) i++;
  return (buckets[i] as Bucket).key;
}

/** What leads from a value to its span; nothing when that is not sampled, or no span. */
function exemplarOf(span: Span | null | undefined, value: number): Exemplar | undefined {
  if (!span) return undefined;
  try {
    const { traceId, spanId, traceFlags } = span.spanContext();
    if ((traceFlags & TraceFlags.SAMPLED) === 0) return undefined;
    return { labelSet: { trace_id: traceId, span_id: spanId }, value, timestamp: Date.now() / 1000 };
  } catch {
    return undefined;
  }
}

/** For a warning: whatever an app gave, shortly. */
const shown = (value: unknown) => boundedText(value).slice(0, 200);
