import { MetricsCore, type MetricsCoreOptions } from "../../src/metrics/core.ts";

/** A core with roomy bounds that counts what it drops by reason. */
export function metricsCore(options: Partial<MetricsCoreOptions> = {}) {
  const dropped: Record<string, number> = {};
  const core = new MetricsCore({
    service: "svc",
    environment: "test",
    version: "1.0.0",
    tenantId: "own",
    maxLabelValues: 200,
    maxSeriesPerMetric: 2000,
    exemplars: true,
    nodeMetrics: false,
    onDrop: (reason, items) => {
      dropped[reason] = (dropped[reason] ?? 0) + items;
    },
    ...options,
  });
  return { core, dropped };
}

/** A line of Prometheus' text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly exemplar?: {
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
    readonly seconds: number;
  };
}

const labelPattern = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)/g;
const linePattern = /^([a-zA-Z_:][a-zA-Z0-9_:]*)\{(.*?)\} (\S+)(?: # \{(.*)\} (\S+) (\S+))?$/s;

/** The samples of a page, by the rules of the format and not by those of what wrote it. Throws at a line that is none. */
export const samplesOf = (page: string): Sample[] =>
  page
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [, name = "", labels = "", value = "", exemplar, exemplarValue, seconds] =
        linePattern.exec(line) ?? [];
      if (name === "") throw new Error(`No sample: ${line}`);
      const shown = { name, labels: labelsOf(labels), value: Number(value.replace("Inf", "Infinity")) };
      if (exemplar === undefined) return shown;
      return {
        ...shown,
        exemplar: { labels: labelsOf(exemplar), value: Number(exemplarValue), seconds: Number(seconds) },
      };
    });

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let end = 0;
  for (const match of text.matchAll(labelPattern)) {
    if (match.index !== end) throw new Error(`No labels: ${text}`);
    end = match.index + match[0].length;
    const [, name = "", value = ""] = match;
    if (name in labels) throw new Error(`The label ${name} comes twice: ${text}`);
    labels[name] = value.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
  }
  if (end !== text.length) throw new Error(`No labels: ${text}`);
  return labels;
}

/** The samples of all metrics as a scraper would read them now. */
export const scrape = async (core: MetricsCore): Promise<Sample[]> =>
  samplesOf((await core.exposition("application/openmetrics-text")).body);
