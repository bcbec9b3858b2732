import type { Alert } from "../alert.ts";
import { byTenantId } from "../business.ts";

/** One of the replicas compacts; the others tell of no run. */
const sinceLastRun = (timestamp: string, hours: number) => `time() - max(${timestamp}) > ${hours} * 3600`;

/** Loki: what it refuses, what it cannot store, what it does not delete. */
export const lokiAlerts: Alert[] = [
  {
    alert: "LokiIngestionRefused",
    severity: "warning",
    expr: `${byTenantId("rate(loki_discarded_samples_total[5m])", "reason")} > 0`,
    holdsSeconds: 600,
    summary: "Loki refuses log lines of tenant {{ $labels.tenant_id }} ({{ $labels.reason }}).",
    description: "They are lost: too many at once, too old, or too long.",
    unit: "count",
    subject: ["tenant_id"],
  },
  {
    alert: "LokiRequestsFailing",
    severity: "critical",
    // One that starts says that it is not ready, and nobody asks it anything else.
    expr:
      'sum by (route) (rate(loki_request_duration_seconds_count{route!="ready",status_code=~"5.."}[5m])) / ' +
      "sum by (route) (rate(loki_request_duration_seconds_count[5m])) > 0.1",
    holdsSeconds: 600,
    summary: "Loki fails at {{ $labels.route }}.",
    description: "More than 10 % of the requests of the last five minutes have failed.",
    unit: "share",
  },
  {
    alert: "LokiFlushFailing",
    severity: "critical",
    expr:
      "sum by (pod) (rate(loki_ingester_chunks_flush_failures_total[5m])) > 0 or " +
      "sum by (pod) (rate(loki_ingester_wal_disk_full_failures_total[5m])) > 0",
    holdsSeconds: 900,
    summary: "{{ $labels.pod }} cannot store log lines.",
    description:
      "The bucket takes no chunks, or the volume of the write-ahead log is full: the newest lines are in memory alone.",
    unit: "count",
  },
  {
    alert: "LokiCompactionStalled",
    severity: "warning",
    expr: sinceLastRun(
      "loki_boltdb_shipper_compact_tables_operation_last_successful_run_timestamp_seconds",
      3,
    ),
    holdsSeconds: 3600,
    summary: "Loki does not compact its index.",
    description: "Searches grow slower, and neither retention nor deletion of lines takes place.",
    unit: "seconds",
  },
  {
    alert: "LokiRetentionStalled",
    severity: "warning",
    expr: sinceLastRun("loki_compactor_apply_retention_last_successful_run_timestamp_seconds", 24),
    holdsSeconds: 3600,
    summary: "Loki keeps log lines past their retention.",
    description: "What was to be deleted, by age or on a tenant's request, is still there.",
    unit: "seconds",
  },
];
