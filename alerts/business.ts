import { metrics } from "../sdk/src/names/index.ts";
import type { RecordingRule, RuleGroup } from "./rule.ts";
import { baseSeconds } from "./slo/series.ts";

/** Series of the business that are kept for more than a year, by name. */
export const businessSeries = {
  /** Labels `tenant_id`, `operation`, `plugin`, `outcome`. */
  operations: "tenant:business_operations:increase5m",
  /** Labels `tenant_id`, `operation`, `unit`. */
  value: "tenant:business_value:increase5m",
  /** Labels `tenant_id`. Most devices that were attached at once. */
  devices: "tenant:usb_devices:max5m",
  /** Labels `tenant_id`. What a tenant's telemetry costs: series in memory, bytes of logs, bytes and number of spans. */
  metricSeries: "tenant:metric_series:max5m",
  logBytes: "tenant:log_bytes:increase5m",
  spanBytes: "tenant:span_bytes:increase5m",
  spans: "tenant:spans:increase5m",
} as const;

const increased = (metric: string, ...by: string[]) =>
  `sum by (${["tenant_id", ...by].join(", ")}) (increase(${metric}[5m]))`;

/** Loki and Tempo name a tenant by the label `tenant`. */
export const byTenantId = (expr: string, ...by: string[]): string =>
  `sum by (${["tenant_id", ...by].join(", ")}) (label_replace(${expr}, "tenant_id", "$1", "tenant", "(.+)"))`;

const rules: RecordingRule[] = [
  {
    record: businessSeries.operations,
    expr: increased(metrics.businessOperations.name, "operation", "plugin", "outcome"),
  },
  { record: businessSeries.value, expr: increased(metrics.businessOperationValue.name, "operation", "unit") },
  {
    record: businessSeries.devices,
    expr: `sum by (tenant_id) (max_over_time(${metrics.usbDevices.name}[5m]))`,
  },
  {
    record: businessSeries.metricSeries,
    // Recorded series are the stack's own, not the tenant's.
    expr: 'count by (tenant_id) ({__name__!~".+:.+", tenant_id!=""})',
  },
  {
    record: businessSeries.logBytes,
    expr: byTenantId("increase(loki_distributor_bytes_received_total[5m])"),
  },
  {
    record: businessSeries.spanBytes,
    expr: byTenantId("increase(tempo_distributor_bytes_received_total[5m])"),
  },
  {
    record: businessSeries.spans,
    expr: byTenantId("increase(tempo_distributor_spans_received_total[5m])"),
  },
];

/** What the business asks about months later: evaluated once in five minutes, so that sums count everything once. */
export const businessGroup: RuleGroup = {
  name: "business-history",
  prometheus: "main",
  intervalSeconds: baseSeconds,
  rules,
};
