import type { Span } from "@opentelemetry/api";
import type { MetricDefinition } from "../names/index.ts";
import type { MetricsCore } from "./core.ts";

/** Where recordings go: nowhere before `initialize()` and after `shutdown()`. */
export interface Attachment {
  core: MetricsCore | undefined;
}

/** What a label may be given. Nothing is the same as an empty text: the series has no such label. */
export type LabelValue = string | number | boolean | null | undefined;

/** A value for each label; of a metric without labels, none. */
export type Labels<Label extends string> = [Label] extends [never]
  ? Readonly<Record<string, never>>
  : Readonly<Record<Label, LabelValue>>;

/** What a count is told: its labels, unless it has none. */
type Count<Label extends string> = [Label] extends [never]
  ? [labels?: Labels<never> | undefined, value?: number | undefined, tenantId?: string | undefined]
  : [labels: Labels<Label>, value?: number | undefined, tenantId?: string | undefined];

class Instrument {
  protected readonly definition: MetricDefinition;
  protected readonly attachment: Attachment;

  constructor(definition: MetricDefinition, attachment: Attachment) {
    this.definition = definition;
    this.attachment = attachment;
  }
}

/** A count that only grows. */
export class Counter<Label extends string> extends Instrument {
  /**
   * Adds `value`, a finite number from 0 on. Never throws.
   * @param tenantId Default: the current tenant.
   */
  increment(...count: Count<Label>): void;
  increment(labels: Labels<Label> = none, value = 1, tenantId?: string): void {
    this.attachment.core?.increment(this.definition, labels, value, tenantId);
  }
}

/** A value that goes up and down. */
export class Gauge<Label extends string> extends Instrument {
  /**
   * Never throws.
   * @param tenantId Default: the current tenant.
   */
  set(labels: Labels<Label>, value: number, tenantId?: string): void {
    this.attachment.core?.set(this.definition, labels, value, tenantId);
  }

  /**
   * Adds a number, which may be negative. Never throws.
   * @param tenantId Default: the current tenant.
   */
  add(labels: Labels<Label>, difference: number, tenantId?: string): void {
    this.attachment.core?.add(this.definition, labels, difference, tenantId);
  }
}

/** How values are distributed. */
export class Histogram<Label extends string> extends Instrument {
  /**
   * Takes in a value: a finite number from 0 on, in the unit that the metric's name ends in. Never throws.
   * @param tenantId Default: the current tenant.
   * @param span The span that the value leads to, if it is sampled. Default: the active one.
   */
  observe(labels: Labels<Label>, value: number, tenantId?: string, span?: Span): void {
    this.attachment.core?.observe(this.definition, labels, value, tenantId, span);
  }
}

/** An instrument without labels needs none. */
const none = Object.freeze({}) as never;
