import type { Alert } from "../alert.ts";
import { byTenantId } from "../business.ts";

/** Tempo: what it refuses, what it cannot store, what it does not delete. */
export const tempoAlerts: Alert[] = [
  {
    alert: "TempoIngestionRefused",
    severity: "warning",
    expr: `${byTenantId("rate(tempo_discarded_spans_total[5m])", "reason")} > 0`,
    holdsSeconds: 600,
    summary: "Tempo refuses spans of tenant {{ $labels.tenant_id }} ({{ $labels.reason }}).",
    description:
      "A spent rate limit makes the Collector wait and send again; for any other reason they are lost.",
    unit: "count",
    subject: ["tenant_id"],
  },
  {
    alert: "TempoRequestsFailing",
    severity: "critical",
    // One that starts says that it is not ready, and nobody asks it anything else.
    expr:
      'sum by (route) (rate(tempo_request_duration_seconds_count{route!="ready",status_code=~"5.."}[5m])) / ' +
      "sum by (route) (rate(tempo_request_duration_seconds_count[5m])) > 0.1",
    holdsSeconds: 600,
    summary: "Tempo fails at {{ $labels.route }}.",
    description: "More than 10 % of the requests of the last five minutes have failed.",
    unit: "share",
  },
  {
    alert: "TempoFlushFailing",
    severity: "critical",
    expr: "sum by (pod) (increase(tempo_ingester_failed_flushes_total[15m])) > 0",
    holdsSeconds: 900,
    summary: "{{ $labels.pod }} cannot store traces.",
    description:
      "The bucket takes no blocks: the newest traces are on the ingesters' volumes alone, which fill.",
    unit: "count",
  },
  {
    alert: "TempoCompactionFailing",
    severity: "warning",
    expr: "sum(increase(tempodb_compaction_errors_total[1h])) > 2",
    holdsSeconds: 3600,
    summary: "Tempo does not compact its blocks.",
    description: "Searches grow slower with every block.",
    unit: "count",
  },
  {
    alert: "TempoRetentionStalled",
    severity: "warning",
    expr:
      "sum(increase(tempodb_retention_errors_total[1h])) > 2 or " +
      // It is applied to tenants that have blocks.
      "sum(increase(tempodb_retention_duration_seconds_count[1h])) == 0 and sum(tempodb_blocklist_length) > 0",
    holdsSeconds: 3600,
    summary: "Tempo keeps traces past their retention.",
    description:
      "The compactor has applied no retention for an hour, or failed at it: what was to be deleted is still there.",
    unit: "count",
  },
];
