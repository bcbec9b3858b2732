import type { Row } from "../../dashboard.ts";
import { timeSeries } from "../../panels/time-series.ts";

const replica = "{{job}} {{pod}}";

/** Prometheus: what it takes in, holds, evaluates and hands on. */
export const prometheusRow: Row = {
  title: "Prometheus",
  panels: [
    timeSeries({
      title: "Samples taken in",
      description: "By each Prometheus, scraped and pushed.",
      unit: "cps",
      width: 6,
      queries: [
        {
          expr: "sum by (job, pod) (rate(prometheus_tsdb_head_samples_appended_total[$__rate_interval]))",
          legend: replica,
        },
      ],
    }),
    timeSeries({
      title: "Series in memory",
      description: "The measure of cardinality, and what memory goes with.",
      unit: "short",
      width: 6,
      queries: [{ expr: "max by (job, pod) (prometheus_tsdb_head_series)", legend: replica }],
    }),
    timeSeries({
      title: "Rules that fail or are skipped",
      description: "An alert whose rule is not evaluated does not fire.",
      unit: "cps",
      width: 6,
      queries: [
        {
          expr: "sum by (job, pod) (rate(prometheus_rule_evaluation_failures_total[$__rate_interval]))",
          legend: `failed ${replica}`,
        },
        {
          expr: "sum by (job, pod) (rate(prometheus_rule_group_iterations_missed_total[$__rate_interval]))",
          legend: `skipped ${replica}`,
        },
      ],
    }),
    timeSeries({
      title: "History not written",
      description: "Samples on their way to the long-term Prometheus that failed or had to be sent again.",
      unit: "cps",
      width: 6,
      queries: ["failed", "retried"].map((end) => ({
        // Tempo writes too: to this one, what it makes of spans.
        expr: `sum by (pod) (rate(prometheus_remote_storage_samples_${end}_total{job="prometheus"}[$__rate_interval]))`,
        legend: `${end} {{pod}}`,
      })),
    }),
  ],
};
