import type { Alert } from "../alert.ts";
import { byTenantId } from "../business.ts";
import type { RecordingRule } from "../rule.ts";

/** What a tenant may write, in MiB/s. */
export interface TenantLimits {
  id: string;
  logsMiBPerSecond: number;
  tracesMiBPerSecond: number;
}

const mebibyte = 1024 * 1024;
/** The series that hold the limits. */
export const tenantLimitSeries = {
  logs: "tenant:log_limit:bytes_per_second",
  traces: "tenant:trace_limit:bytes_per_second",
};

/** Each tenant's limits, as series that rules and dashboards compare with. */
export const tenantLimits = (tenants: readonly TenantLimits[]): RecordingRule[] =>
  tenants.flatMap(({ id, logsMiBPerSecond, tracesMiBPerSecond }) => [
    {
      record: tenantLimitSeries.logs,
      labels: { tenant_id: id },
      expr: `vector(${Math.ceil(logsMiBPerSecond * mebibyte)})`,
    },
    {
      record: tenantLimitSeries.traces,
      labels: { tenant_id: id },
      expr: `vector(${Math.ceil(tracesMiBPerSecond * mebibyte)})`,
    },
  ]);

const nearLimit = (signal: keyof typeof tenantLimitSeries, received: string): Alert => ({
  alert: "TenantNearLimit",
  severity: "warning",
  expr: `${byTenantId(`rate(${received}[5m])`)} / ${tenantLimitSeries[signal]} > 0.8`,
  holdsSeconds: 600,
  lingersSeconds: 300,
  labels: { signal },
  summary: `Tenant {{ $labels.tenant_id }} writes nearly as many ${signal} as it may.`,
  description: "Past its limit, what it writes is refused.",
  unit: "share",
  dashboard: "cost",
  subject: ["tenant_id"],
});

export const tenantAlerts: Alert[] = [
  nearLimit("logs", "loki_distributor_bytes_received_total"),
  nearLimit("traces", "tempo_distributor_bytes_received_total"),
];
