import {
  durationBucketsSeconds,
  eitherOutcome,
  type MetricDefinition,
  metrics,
  runtimeMetrics,
} from "../names/index.ts";
import { ObservabilityConfigError } from "../options/error.ts";

/** What an app says of a metric of its own. */
export interface MetricOptions<Label extends string = string> {
  /** What is counted or measured, in a sentence. */
  readonly help: string;
  /**
   * Its labels, besides those that every series carries (`tenant_id`, `service`, `environment`, `version`). Default: none.
   * `outcome` is `success` or `error`: a counter with that label starts with both.
   */
  readonly labels?: readonly Label[];
  /** UCUM code of the unit: `s` with names in `_seconds`, `By` with names in `_bytes`. Default: what the name says. */
  readonly unit?: MetricDefinition["unit"];
}

export interface HistogramOptions<Label extends string = string> extends MetricOptions<Label> {
  /** Upper bounds in ascending order, from 1e-9 to 1e15. Default, for names in `_seconds`: the SDK's, from 1 ms to 10 s. */
  readonly buckets?: readonly number[];
}

/**
 * The definition of an app's metric. Names and labels are such that a series is called the same scraped and pushed, also
 * behind Prometheus' translation of OTLP, which takes underscores together, moves `total`, and appends units.
 * @throws ObservabilityConfigError `AUTOWEAVE_INVALID_METRIC`, with everything that is wrong.
 */
export function defineMetric(
  type: MetricDefinition["type"],
  name: string,
  { help, labels = [], unit, buckets }: HistogramOptions,
): MetricDefinition {
  const bounds = buckets ?? (isText(name) && name.endsWith("_seconds") ? durationBucketsSeconds : []);
  const faults = [
    ...nameFaults(type, name, unit),
    ...(isText(help) && help.trim() !== "" ? [] : ["help: say in a sentence what it tells"]),
    ...labelFaults(labels),
    ...(type === "histogram" ? bucketFaults(bounds) : []),
  ];
  if (faults.length > 0) throw invalidMetric(name, faults);
  const ownUnit = unitOf(name);
  return {
    name,
    type,
    help,
    labels: [...labels],
    ...(ownUnit ? { unit: ownUnit } : {}),
    ...(type === "counter" && labels.includes("outcome") ? eitherOutcome : {}),
    ...(type === "histogram" ? { buckets: [...bounds] } : {}),
  };
}

export const invalidMetric = (name: unknown, faults: readonly string[]) =>
  new ObservabilityConfigError(
    "AUTOWEAVE_INVALID_METRIC",
    `The metric ${isText(name) ? JSON.stringify(name) : typeof name} is not valid:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
  );

const words = /^[a-zA-Z][a-zA-Z0-9]*(_[a-zA-Z0-9]+)*$/;
const wordsRule = "letters and digits, joined by single underscores, a letter first";
const longestName = 200;
const mostLabels = 16;
const mostBuckets = 100;

/** Beyond these, a bound's text would differ where it is scraped and where it is pushed, also in AutoWeave's stack. */
const leastBound = 1e-9;
const greatestBound = 1e15;

/** Endings that the parts of a metric have in the exposition. */
const partEndings = /_(bucket|count|sum|created)$/;

function nameFaults(type: MetricDefinition["type"], name: unknown, unit: unknown): string[] {
  if (!isText(name) || !words.test(name) || name.length > longestName) {
    return [`name: ${wordsRule}, at most ${longestName} characters`];
  }
  const faults: string[] = [];
  const parts = name.split("_");
  const totals = parts.filter((part) => part === "total").length;
  if (type === "counter" && (totals !== 1 || parts.at(-1) !== "total")) {
    faults.push("name: a counter's ends in _total, and has no other total in it");
  }
  if (type !== "counter" && parts.at(-1) === "total") faults.push("name: only a counter's ends in _total");
  if (partEndings.test(name))
    faults.push("name: _bucket, _count, _sum and _created are endings of a metric's parts");
  if (sdkNames.has(familyOf(name))) faults.push("name: the SDK has a metric of this name");
  if (unit !== undefined && unit !== unitOf(name)) {
    faults.push(
      "unit: s goes with a name in _seconds, By with one in _bytes (before _total), others are not taken",
    );
  }
  return faults;
}

function labelFaults(labels: unknown): string[] {
  if (!Array.isArray(labels) || labels.length > mostLabels)
    return [`labels: a list of at most ${mostLabels} names`];
  const faults = labels
    .filter((label) => !isText(label) || !words.test(label) || label.length > longestName || label in {})
    .map((label) => `labels: ${isText(label) ? JSON.stringify(label) : typeof label} is none; ${wordsRule}`);
  const reserved = labels.filter((label) => reservedLabels.has(label));
  if (reserved.length > 0) {
    faults.push(
      `labels: ${reserved.join(", ")} ${reserved.length > 1 ? "are" : "is"} set by the SDK, or where it is scraped`,
    );
  }
  if (new Set(labels).size < labels.length) faults.push("labels: each once");
  return faults;
}

function bucketFaults(bounds: unknown): string[] {
  const valid =
    Array.isArray(bounds) &&
    bounds.length > 0 &&
    bounds.length <= mostBuckets &&
    bounds.every(
      (bound, index) =>
        typeof bound === "number" &&
        bound >= leastBound &&
        bound <= greatestBound &&
        (index === 0 || bound > bounds[index - 1]),
    );
  return valid
    ? []
    : [
        `buckets: 1 to ${mostBuckets} numbers from ${leastBound} to ${greatestBound}, in ascending order; +Inf is added`,
      ];
}

const isText = (value: unknown): value is string => typeof value === "string";

const unitOf = (name: string): MetricDefinition["unit"] =>
  /_seconds(_total)?$/.test(name) ? "s" : /_bytes(_total)?$/.test(name) ? "By" : undefined;

/** A counter's name and its family's, which OpenMetrics has without `_total`, are both taken by it. */
export const familyOf = (name: string) => name.replace(/_total$/, "");

const sdkNames = new Set(
  [...Object.values(metrics), ...Object.values(runtimeMetrics)].map(({ name }) => familyOf(name)),
);

const reservedLabels = new Set([
  "tenant_id",
  "service",
  "environment",
  "version",
  "le",
  "quantile",
  "job",
  "instance",
  "namespace",
  "pod",
  "container",
  "endpoint",
]);
