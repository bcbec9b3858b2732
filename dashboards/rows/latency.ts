import type { Slo } from "../../alerts/slos.ts";
import type { MetricDefinition } from "../../sdk/src/names/index.ts";
import { evidence } from "../links.ts";
import { percentileColors } from "../palette.ts";
import { heatmap } from "../panels/heatmap.ts";
import { limitsOf, type Panel } from "../panels/panel.ts";
import type { MetricQuery } from "../panels/query.ts";
import { timeSeries } from "../panels/time-series.ts";
import { recorded, sumBy } from "../promql.ts";
import { bucketRate, countRate, sumRate } from "../recordings.ts";
import { chosen, type Scope, select } from "../variables.ts";

export interface Timed {
  /** What is timed, in the plural, e.g. `USB events`. */
  what: string;
  histogram: MetricDefinition;
  /** TraceQL of its spans. */
  spans: string;
  /** The promise about it. */
  slo?: Slo;
}

const quantile = (share: number, { histogram }: Timed, scope: Scope): string =>
  `histogram_quantile(${share}, ${sumBy(["le"], recorded(bucketRate(histogram), scope))})`;

const buckets = ({ histogram }: Timed, scope: Scope) => select(`${histogram.name}_bucket`, chosen(scope));

/** One percentile by itself, e.g. for a panel with a single value. */
export const percentile = (share: number, timed: Timed, scope: Scope): MetricQuery => ({
  expr: quantile(share, timed, scope),
  legend: `P${share * 100}`,
});

/** How long it takes: all of it as a heat map, and as percentiles against what is promised. */
export const latency = (timed: Timed, scope: Scope): Panel[] => {
  const { what, spans, slo, histogram } = timed;
  const shared = {
    unit: "s",
    width: 8,
    exemplars: buckets(timed, scope),
    links: evidence(scope, spans),
  } as const;
  return [
    heatmap({
      ...shared,
      title: `${what}: durations`,
      description: `${histogram.help} Darker is more of them; each dot is an exemplar, and leads to its trace.`,
      expr: sumBy(["le"], recorded(bucketRate(histogram), scope)),
    }),
    timeSeries({
      ...shared,
      title: `${what}: percentiles`,
      description: slo
        ? `Promised: ${slo.promise}. The dashed lines are where alerts begin.`
        : "Half, 95 % and 99 % of them take no longer than this.",
      queries: [0.5, 0.95, 0.99].map((share) => percentile(share, timed, scope)),
      colors: percentileColors,
      ...(slo ? { limits: limitsOf(slo) } : {}),
    }),
  ];
};

/** Mean durations, by one of the metric's own labels. */
export const meanDuration = (timed: Timed, by: string, scope: Scope): Panel =>
  timeSeries({
    title: `${timed.what}: mean by ${by.replaceAll("_", " ")}`,
    description: `${timed.histogram.help} The mean of each ${by.replaceAll("_", " ")}, to see which one is slow.`,
    unit: "s",
    width: 8,
    queries: [
      {
        expr: `${sumBy([by], recorded(sumRate(timed.histogram), scope))} / ${sumBy([by], recorded(countRate(timed.histogram), scope))}`,
        legend: `{{${by}}}`,
      },
    ],
    links: evidence(scope, timed.spans),
  });
