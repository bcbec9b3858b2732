import { warnOnce } from "../diagnostics.ts";
import { type MetricDefinition, overflowValue } from "../names/index.ts";
import { ownCopy, safeLabel } from "./labels.ts";
import type { RegisteredMetric, SeriesLabels } from "./registry.ts";

/** Bounds of one metric, and what is the same in all of its series. */
export interface FamilyOptions {
  /** Most values of one label. */
  readonly maxLabelValues: number;
  /** Most series. */
  readonly maxSeriesPerMetric: number;
  /** Labels that every series carries, besides `tenant_id`. */
  readonly constantLabels: SeriesLabels;
  /** Called for each use of a series that stands for others. */
  readonly onOverflow: () => void;
}

/** What recording calls give as labels: anything, as it comes from an app. */
export type GivenLabels = Readonly<Record<string, unknown>>;

/** Share of a metric's series that is kept for those that stand for others. */
const overflowShare = 0.1;

/**
 * The series of one metric, found by the values of their labels.
 *
 * Bounds: a value of a label past `maxLabelValues` becomes `other`. Past nine tenths of `maxSeriesPerMetric` a new combination
 * has its labels turned into `other`, the one with the most values first and the tenant last, until it meets a series that
 * exists or for which the last tenth has room; the last series of all has `other` everywhere. What a metric starts with takes
 * no room of the last tenth, and has none of its labels turned into `other`.
 */
export class Family<Series, Metric extends RegisteredMetric<Series> = RegisteredMetric<Series>> {
  readonly metric: Metric;
  readonly #options: FamilyOptions;
  /** The tenant's id is the first. */
  readonly #names: readonly string[];
  readonly #own: readonly string[];
  /** Values in use, by label. */
  readonly #values: readonly Set<string>[];
  /** A map by tenant, of maps by the first label's value, and so on; a series in the last. */
  readonly #tree: Level = new Map();
  #count = 0;

  constructor(metric: Metric, options: FamilyOptions) {
    this.metric = metric;
    this.#options = options;
    this.#own = metric.definition.labels;
    this.#names = ["tenant_id", ...this.#own];
    this.#values = this.#names.map(() => new Set());
  }

  /** The series of these labels. Throws what reading a label throws. */
  find(labels: GivenLabels, tenantId: string): Series {
    const own = this.#own;
    let found: unknown = this.#tree.get(tenantId);
    for (let i = 0; i < own.length && found !== undefined; i++) {
      found = (found as Level).get(labels[own[i] as string]);
    }
    return (found as Series | undefined) ?? this.#admit(labels, tenantId);
  }

  #admit(labels: GivenLabels, tenantId: string): Series {
    const given = [tenantId, ...this.#own.map((name) => labels[name])];
    const safe = given.map(safeLabel);
    const values = safe.map((value, label) => (this.#hasRoom(label, value) ? value : overflowValue));
    const found = this.#lookUp(values);
    if (found === undefined && this.#count >= this.#ordinarySeries) this.#merge(values);
    const series = found ?? this.#lookUp(values) ?? this.#create(values, labels);
    if (values.some((value, label) => value !== safe[label])) this.#options.onOverflow();
    else if (given.every((value, label) => value === safe[label] || hasOneText(value)))
      this.#insert(given, series);
    return series;
  }

  #hasRoom(label: number, value: string): boolean {
    const known = this.#values[label] as Set<string>;
    const standing = value === "" || value === overflowValue;
    return standing || known.has(value) || known.size < this.#options.maxLabelValues;
  }

  get #ordinarySeries(): number {
    return Math.floor(this.#options.maxSeriesPerMetric * (1 - overflowShare));
  }

  /** Turns values into `other` until there is a series for them, or room for one. */
  #merge(values: string[]): void {
    const size = (label: number) => (label === 0 ? -1 : (this.#values[label] as Set<string>).size);
    const order = values.map((_, label) => label).sort((one, other) => size(other) - size(one));
    for (const label of order) {
      values[label] = overflowValue;
      if (this.#count < this.#options.maxSeriesPerMetric - 1 || this.#lookUp(values) !== undefined) return;
    }
  }

  #lookUp(values: readonly string[]): Series | undefined {
    let found: unknown = this.#tree;
    for (const value of values) {
      if (found === undefined) return undefined;
      found = (found as Level).get(value);
    }
    return found as Series | undefined;
  }

  /** The series, and those that the metric starts with beside it. */
  #create(values: readonly string[], given: GivenLabels): Series {
    const series = this.#add(values);
    const { startsWith = [] } = this.metric.definition;
    for (const start of startsWith) {
      const beside = values.map((value, label) => start[this.#names[label] as string] ?? value);
      const hasRoom = this.#count < this.#ordinarySeries;
      if (hasRoom && beside.every((value, label) => this.#hasRoom(label, value)) && !this.#lookUp(beside)) {
        this.#add(beside);
      }
    }
    this.#warnOfStrangers(given);
    return series;
  }

  #add(values: readonly string[]): Series {
    const kept = values.map(ownCopy);
    const labels: Record<string, string> = {};
    for (const [label, value] of kept.entries()) {
      if (value === "") continue;
      (this.#values[label] as Set<string>).add(value);
      labels[this.#names[label] as string] = value;
    }
    const series = this.metric.add({ ...labels, ...this.#options.constantLabels });
    this.#count++;
    this.#insert(kept, series);
    return series;
  }

  #insert(values: readonly unknown[], series: Series): void {
    let level = this.#tree;
    for (const value of values.slice(0, -1)) {
      let next = level.get(value) as Level | undefined;
      if (next === undefined) {
        next = new Map();
        level.set(value, next);
      }
      level = next;
    }
    level.set(values.at(-1), series);
  }

  #warnOfStrangers(given: GivenLabels): void {
    const { name }: MetricDefinition = this.metric.definition;
    const strangers = Object.keys(given).filter((label) => !this.#names.includes(label));
    if (strangers.length === 0) return;
    warnOnce(
      `labels of ${name}`,
      `${name}: the labels ${strangers.join(", ")} are left out, it has ${this.#own.join(", ") || "none"} only. Define the metric with them.`,
    );
  }
}

type Level = Map<unknown, unknown>;

/** What can be found as it is given the next time: there are no more of them than texts, so that nothing grows. */
const hasOneText = (value: unknown) =>
  typeof value === "number" || typeof value === "boolean" || value === undefined || value === null;
