import { byTenantId } from "../../../alerts/business.ts";
import type { Row } from "../../dashboard.ts";
import { timeSeries } from "../../panels/time-series.ts";

const hours = 3600;
const since = (timestamp: string) => `time() - max(${timestamp} > 0)`;

/** Loki and its part of S3. */
export const logsRow: Row = {
  title: "Loki",
  panels: [
    timeSeries({
      title: "Logs taken in",
      description: "Bytes of log lines by tenant, the ten largest.",
      unit: "Bps",
      width: 6,
      queries: [
        {
          expr: `topk(10, ${byTenantId("rate(loki_distributor_bytes_received_total[$__rate_interval])")})`,
          legend: "{{tenant_id}}",
        },
      ],
    }),
    timeSeries({
      title: "Logs refused",
      description: "Lines that Loki did not take, by reason. They are lost.",
      noValue: "Nothing was refused",
      unit: "cps",
      width: 6,
      queries: [
        {
          expr: "sum by (reason) (rate(loki_discarded_samples_total[$__rate_interval]))",
          legend: "{{reason}}",
        },
      ],
    }),
    timeSeries({
      title: "S3: operations by Loki",
      description: "P99 of the time that the bucket takes, by operation.",
      unit: "s",
      width: 6,
      queries: [
        {
          expr: "histogram_quantile(0.99, sum by (le, operation) (rate(loki_objstore_bucket_operation_duration_seconds_bucket[$__rate_interval])))",
          legend: "{{operation}}",
        },
        {
          expr: "sum by (operation) (rate(loki_objstore_bucket_operation_failures_total[$__rate_interval])) > 0",
          legend: "failures/s {{operation}}",
        },
      ],
    }),
    timeSeries({
      title: "Since the last compaction and retention",
      description: "Time since each was last completed. Alerts begin at 3 hours and at a day.",
      unit: "s",
      width: 6,
      limits: { warning: 3 * hours, critical: 24 * hours },
      queries: [
        {
          expr: since("loki_boltdb_shipper_compact_tables_operation_last_successful_run_timestamp_seconds"),
          legend: "compaction",
        },
        {
          expr: since("loki_compactor_apply_retention_last_successful_run_timestamp_seconds"),
          legend: "retention",
        },
      ],
    }),
  ],
};
