import type { Panel } from "../panels/panel.ts";
import { severityColors } from "../palette.ts";
import { table } from "../panels/table.ts";
import { timeSeries } from "../panels/time-series.ts";
import { countBy, maxBy } from "../promql.ts";
import type { Scope } from "../variables.ts";
import { firingAlerts } from "./promises.ts";

/** What is wrong now. */
export const alertsNow = (
  scope: Scope,
  {
    slos = [],
    ...size
  }: {
    width: number;
    height?: number;
    /** Ids of the promises whose alerts are shown. Default: all alerts are. */
    slos?: readonly string[];
    /** Default: `Firing alerts`. */
    title?: string;
  },
): Panel =>
  table({
    title: "Firing alerts",
    ...size,
    description: "Alerts that fire now; Alertmanager knows which of them are silenced.",
    noValue: "No alert fires",
    rows: {
      alertname: "Alert",
      severity: "Severity",
      tenant_id: "Tenant",
      service: "Service",
    },
    columns: [
      {
        title: "Firing",
        unit: "none",
        query: {
          expr: countBy(["alertname", "severity", "tenant_id", "service"], firingAlerts(scope, slos)),
        },
      },
    ],
  });

/** How it came to that. */
export const alertsOverTime = (scope: Scope, width: number): Panel =>
  timeSeries({
    title: "Firing alerts over time",
    description: "By severity. The Watchdog, which always fires, is left out.",
    noValue: "No alert fired",
    unit: "short",
    width,
    style: "stacked",
    colors: severityColors,
    queries: [
      {
        expr: countBy(
          ["severity"],
          maxBy(["alertname", "severity", "tenant_id", "service"], firingAlerts(scope)),
        ),
        legend: "{{severity}}",
      },
    ],
  });
