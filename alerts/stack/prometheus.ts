import type { Alert } from "../alert.ts";

const refused = ["out_of_order", "too_old", "out_of_bound"]
  .map((reason) => `rate(prometheus_tsdb_${reason}_samples_total[5m])`)
  .join(" + ");

/** What Prometheus loses, or soon will. */
export const prometheusAlerts: Alert[] = [
  {
    alert: "LongTermWritesFailing",
    severity: "warning",
    expr: ["failed", "retried"]
      .map((end) => `sum by (pod, url) (rate(prometheus_remote_storage_samples_${end}_total[15m])) > 0`)
      .join(" or "),
    holdsSeconds: 900,
    summary: "{{ $labels.pod }} cannot write to {{ $labels.url }}.",
    description:
      "What Prometheus writes is the history of promises and of business: budgets and windows longer than a day have gaps. " +
      "What Tempo writes are the metrics of spans.",
    unit: "count",
  },
  {
    alert: "PrometheusStorageFailing",
    severity: "critical",
    expr: [
      "prometheus_tsdb_compactions_failed_total",
      "prometheus_tsdb_reloads_failures_total",
      "prometheus_tsdb_wal_writes_failed_total",
      "prometheus_tsdb_wal_corruptions_total",
    ]
      .map((counter) => `sum by (job, pod) (increase(${counter}[1h])) > 0`)
      .join(" or "),
    holdsSeconds: 300,
    summary: "{{ $labels.pod }} cannot store what it takes in.",
    description: "Writes, compactions or reloads of its blocks have failed within the last hour.",
    unit: "count",
  },
  {
    alert: "PrometheusRetentionStalled",
    severity: "warning",
    // A block goes as a whole, and may span a tenth of the retention.
    expr:
      "time() - max by (job, pod) (prometheus_tsdb_lowest_timestamp_seconds > 0) > " +
      "1.2 * max by (job, pod) (prometheus_tsdb_retention_limit_seconds) + 86400",
    holdsSeconds: 3600,
    summary: "{{ $labels.pod }} keeps data past its retention.",
    description: "Old blocks do not go: the volume fills, and what was to be deleted is still there.",
    unit: "seconds",
  },
  {
    alert: "PrometheusSamplesRefused",
    severity: "warning",
    expr: `sum by (job, pod) (${refused}) > 0`,
    holdsSeconds: 900,
    summary: "{{ $labels.pod }} refuses samples.",
    description: "Samples came too late, or twice with different values, for 15 minutes.",
    unit: "count",
  },
  {
    alert: "CardinalityGrowing",
    severity: "warning",
    expr: "prometheus_tsdb_head_series > 50000 and prometheus_tsdb_head_series > 2 * (prometheus_tsdb_head_series offset 1d)",
    holdsSeconds: 1800,
    summary: "{{ $labels.pod }} holds twice as many series as a day ago.",
    description: "A label with too many values fills the memory until Prometheus is killed.",
    unit: "count",
    dashboard: "cost",
  },
];
