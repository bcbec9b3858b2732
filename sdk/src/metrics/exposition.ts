import type { MetricDefinition } from "../names/index.ts";
import { Pauses } from "./pauses.ts";
import {
  type AllMetrics,
  type Exemplar,
  type HistogramSeries,
  type SeriesLabels,
  type ValueSeries,
} from "./registry.ts";

/** A page of metrics on its way to a scraper. */
export interface Page {
  readonly contentType: string;
  readonly chunks: AsyncIterable<string>;
}

/** How a page is written. */
export interface Format {
  readonly contentType: string;
  /** What a metric is announced as. */
  readonly familyName: (definition: MetricDefinition) => string;
  readonly tellsUnits: boolean;
  readonly tellsExemplars: boolean;
  readonly escapeHelp: (text: string) => string;
  readonly end: string;
}

const escapeLine = (text: string) => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
const escapeQuoted = (text: string) => escapeLine(text).replaceAll('"', '\\"');

/** Source: https://prometheus.io/docs/specs/om/open_metrics_spec/ */
export const openMetrics: Format = {
  contentType: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  familyName: ({ name, type }) => (type === "counter" ? name.replace(/_total$/, "") : name),
  tellsUnits: true,
  tellsExemplars: true,
  escapeHelp: escapeQuoted,
  end: "# EOF\n",
};

/** Source: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
export const plainText: Format = {
  contentType: "text/plain; version=0.0.4; charset=utf-8",
  familyName: ({ name }) => name,
  tellsUnits: false,
  tellsExemplars: false,
  escapeHelp: escapeLine,
  end: "",
};

const unitNames = { s: "seconds", By: "bytes" } as const;

/** A chunk is closed when it has this length. */
const chunkLength = 32 * 1024;

/**
 * All metrics as a page, in chunks: a large one is never in memory as a whole. The event loop turns while it is written; a
 * histogram is always whole in itself.
 */
export async function* exposeMetrics(
  { values, histograms }: AllMetrics,
  format: Format,
): AsyncGenerator<string> {
  const pauses = new Pauses();
  let chunk = "";
  for (const { definition, series } of values) {
    chunk += header(definition, format);
    for (const each of series()) {
      chunk += valueLine(definition.name, each);
      if (chunk.length < chunkLength) continue;
      yield chunk;
      chunk = "";
      if (pauses.isDue) await pauses.take();
    }
  }
  for (const { definition, series, buckets } of histograms) {
    chunk += header(definition, format);
    const bounds = buckets.map(({ key, bound }) => ({ key, text: boundText(bound) }));
    for (const each of series()) {
      chunk += histogramLines(definition.name, bounds, each, format);
      if (chunk.length < chunkLength) continue;
      yield chunk;
      chunk = "";
      if (pauses.isDue) await pauses.take();
    }
  }
  yield chunk + format.end;
}

function header(definition: MetricDefinition, format: Format): string {
  const name = format.familyName(definition);
  const unit = definition.unit && format.tellsUnits ? `# UNIT ${name} ${unitNames[definition.unit]}\n` : "";
  return `# HELP ${name} ${format.escapeHelp(definition.help)}\n# TYPE ${name} ${definition.type}\n${unit}`;
}

const valueLine = (name: string, { labels, value }: ValueSeries) =>
  `${name}{${labelText(labels)}} ${numberText(value)}\n`;

/** The key of a bucket, and its upper bound as the text of a label. */
interface Bound {
  readonly key: string;
  readonly text: string;
}

const boundText = (bound: number) => (Number.isInteger(bound) ? `${bound}.0` : numberText(bound));

function histogramLines(
  name: string,
  bounds: readonly Bound[],
  { labels, sum, count, bucketValues, bucketExemplars }: HistogramSeries,
  { tellsExemplars }: Format,
): string {
  const common = labelText(labels);
  let lines = "";
  let upTo = 0;
  for (const { key, text } of bounds) {
    upTo += bucketValues[key] as number;
    const exemplar = tellsExemplars ? exemplarSuffix(bucketExemplars[key]) : "";
    lines += `${name}_bucket{${common},le="${text}"} ${upTo}${exemplar}\n`;
  }
  return `${lines}${name}_sum{${common}} ${numberText(sum)}\n${name}_count{${common}} ${count}\n`;
}

const exemplarSuffix = (exemplar: Exemplar | undefined) =>
  exemplar
    ? ` # {${labelText({ ...exemplar.labelSet })}} ${numberText(exemplar.value)} ${exemplar.timestamp}`
    : "";

function labelText(labels: SeriesLabels): string {
  let text = "";
  for (const name in labels) {
    text += `${text === "" ? "" : ","}${name}="${escapeValue(labels[name] as string)}"`;
  }
  return text;
}

/** Labels hold no line breaks. */
const escapeValue = (text: string) => (text.includes('"') || text.includes("\\") ? escapeQuoted(text) : text);

const numberText = (value: number) =>
  value === Infinity ? "+Inf" : value === -Infinity ? "-Inf" : `${value}`;
