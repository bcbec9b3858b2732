import { isDeepStrictEqual } from "node:util";
import type { Span } from "@opentelemetry/api";
import { warnOnce } from "../diagnostics.ts";
import { type MetricDefinition, type MetricKey, metrics } from "../names/index.ts";
import { type Collector, Collectors } from "./collectors.ts";
import type { MetricsCore } from "./core.ts";
import {
  defineMetric,
  familyOf,
  type HistogramOptions,
  invalidMetric,
  type MetricOptions,
} from "./definition.ts";
import { type Attachment, Counter, Gauge, Histogram, type Labels } from "./instruments.ts";

type Vocabulary = typeof metrics;
type KeyOf<Type extends MetricDefinition["type"]> = {
  [Key in MetricKey]: Vocabulary[Key]["type"] extends Type ? Key : never;
}[MetricKey];

export type CounterKey = KeyOf<"counter">;
export type HistogramKey = KeyOf<"histogram">;
export type GaugeKey = KeyOf<"gauge">;
/** The labels of a metric of the vocabulary. */
export type LabelsOf<Key extends MetricKey> = Labels<Vocabulary[Key]["labels"][number]>;

/** What is known of an operation of the business. */
export interface BusinessOperation {
  /** The plugin that did it. Default: none. */
  readonly plugin?: string;
  readonly success: boolean;
  /** What it was worth, from 0 on, in `unit`. Default: not counted. */
  readonly value?: number;
  /** Unit of `value`, e.g. `eur` or `devices`. Default: none. */
  readonly unit?: string;
  /** How long it took, in ms. Default: not measured. */
  readonly durationMs?: number;
}

/**
 * The metrics of an app. Each recording goes to a series of the tenant that is named, else of the current one
 * (`withTenant`, an incoming request), else of the process. Recording calls never throw, and do nothing before
 * `initialize()` and after `shutdown()`; what was obtained before is live in between.
 */
export class Metrics {
  readonly #attachment: Attachment = { core: undefined };
  /** The app's own, by the family's name. */
  readonly #own = new Map<string, OwnMetric>();
  readonly #collectors = new Collectors();

  /** Makes recordings count. Called by the manager. */
  attach(core: MetricsCore): void {
    this.#attachment.core = core;
    core.onCollect(() => this.#collectors.run());
  }

  /** Called by the manager. */
  detach(): void {
    this.#attachment.core = undefined;
  }

  /** Whether recordings count. */
  get isAttached(): boolean {
    return this.#attachment.core !== undefined;
  }

  /** Has `collect` called before metrics are read: to set what is only looked up then. Returns how to end that. */
  onCollect(collect: Collector): () => void {
    return this.#collectors.add(collect);
  }

  /** Adds `value`, a finite number from 0 on, to a counter of the vocabulary. */
  increment<Key extends CounterKey>(key: Key, labels: LabelsOf<Key>, value = 1, tenantId?: string): void {
    this.#attachment.core?.increment(metrics[key], labels, value, tenantId);
  }

  /**
   * Takes a value into a histogram of the vocabulary: a finite number from 0 on, in its unit (seconds).
   * @param span The span that the value leads to, if it is sampled. Default: the active one.
   */
  observe<Key extends HistogramKey>(
    key: Key,
    labels: LabelsOf<Key>,
    value: number,
    tenantId?: string,
    span?: Span,
  ): void {
    this.#attachment.core?.observe(metrics[key], labels, value, tenantId, span);
  }

  /** Sets a gauge of the vocabulary. */
  set<Key extends GaugeKey>(key: Key, labels: LabelsOf<Key>, value: number, tenantId?: string): void {
    this.#attachment.core?.set(metrics[key], labels, value, tenantId);
  }

  /** Adds a number, which may be negative, to a gauge of the vocabulary. */
  add<Key extends GaugeKey>(key: Key, labels: LabelsOf<Key>, difference: number, tenantId?: string): void {
    this.#attachment.core?.add(metrics[key], labels, difference, tenantId);
  }

  /**
   * Counts an operation of the business, e.g. `device-automation`, with what it was worth and how long it took.
   * @param tenantId Whose operation it was; `undefined`: the current tenant's.
   */
  recordBusinessOperation(operation: string, tenantId: string | undefined, details: BusinessOperation): void {
    const core = this.#attachment.core;
    if (!core) return;
    try {
      const { plugin, success, value, unit, durationMs } = details;
      const outcome = success ? "success" : "error";
      core.increment(metrics.businessOperations, { operation, plugin, outcome }, 1, tenantId);
      if (value !== undefined)
        core.increment(metrics.businessOperationValue, { operation, unit }, value, tenantId);
      if (durationMs !== undefined) {
        core.observe(metrics.businessOperationDuration, { operation }, durationMs / 1000, tenantId);
      }
    } catch {
      warnOnce(
        "recordBusinessOperation",
        "recordBusinessOperation was given details that cannot be read: give { success: true }.",
      );
    }
  }

  /**
   * A counter of the app's own. The same one again for the same definition.
   * @param name Letters and digits, joined by single underscores, ending in `_total`.
   * @throws ObservabilityConfigError `AUTOWEAVE_INVALID_METRIC`: a bad name or label, or one that is defined differently.
   */
  counter<const Label extends string = never>(name: string, options: MetricOptions<Label>): Counter<Label> {
    return this.#define("counter", name, options, Counter<Label>);
  }

  /**
   * A histogram of the app's own. The same one again for the same definition.
   * @param name Letters and digits, joined by single underscores, ending in the unit: `_seconds`, `_bytes`.
   * @throws ObservabilityConfigError `AUTOWEAVE_INVALID_METRIC`: a bad name, label or bucket, or one that is defined differently.
   */
  histogram<const Label extends string = never>(
    name: string,
    options: HistogramOptions<Label>,
  ): Histogram<Label> {
    return this.#define("histogram", name, options, Histogram<Label>);
  }

  /**
   * A gauge of the app's own. The same one again for the same definition.
   * @param name Letters and digits, joined by single underscores, ending in the unit if it has one: `_seconds`, `_bytes`.
   * @throws ObservabilityConfigError `AUTOWEAVE_INVALID_METRIC`: a bad name or label, or one that is defined differently.
   */
  gauge<const Label extends string = never>(name: string, options: MetricOptions<Label>): Gauge<Label> {
    return this.#define("gauge", name, options, Gauge<Label>);
  }

  #define<Instrument extends object>(
    type: MetricDefinition["type"],
    name: string,
    options: HistogramOptions,
    Instrument: new (definition: MetricDefinition, attachment: Attachment) => Instrument,
  ): Instrument {
    const definition = defineMetric(type, name, options ?? {});
    const known = this.#own.get(familyOf(name));
    if (known === undefined) {
      const instrument = new Instrument(definition, this.#attachment);
      this.#own.set(familyOf(name), { definition, instrument });
      return instrument;
    }
    if (isDeepStrictEqual(known.definition, definition)) return known.instrument as Instrument;
    throw invalidMetric(name, [
      `it is defined already, as ${JSON.stringify(known.definition)}`,
      "define it once and share it, or give this one another name",
    ]);
  }
}

interface OwnMetric {
  readonly definition: MetricDefinition;
  readonly instrument: object;
}
