import type { DashboardDefinition } from "./dashboard.ts";
import { barGauge } from "./panels/bar-gauge.ts";
import { timeSeries } from "./panels/time-series.ts";
import { alertsNow, alertsOverTime } from "./rows/alerts.ts";
import { capacityRow } from "./rows/stack/capacity.ts";
import { alertingRow } from "./rows/stack/alerting.ts";
import { collectorRow } from "./rows/stack/collector.ts";
import { databaseRow } from "./rows/stack/database.ts";
import { logsRow } from "./rows/stack/logs.ts";
import { prometheusRow } from "./rows/stack/prometheus.ts";
import { targetsRow } from "./rows/stack/targets.ts";
import { tracesRow } from "./rows/stack/traces.ts";
import { allBudgetsLeft, allBurning } from "./rows/promises.ts";
import { everything } from "./variables.ts";

const scope = everything;

export const operations: DashboardDefinition = {
  name: "operations",
  title: "Operations",
  description:
    "Are the promises kept, is the platform well, and how long will what it has suffice? For those on call.",
  scope,
  from: "now-6h",
  rows: [
    {
      title: "Promises",
      panels: [
        barGauge({
          title: "Error budget left",
          description: "Of each promise and service, over its window. Empty is broken.",
          unit: "percentunit",
          width: 8,
          height: 10,
          max: 1,
          limits: { warning: 0.5, critical: 0.1, bad: "below" },
          query: allBudgetsLeft(scope),
        }),
        timeSeries({
          title: "Burn rate over the last hour",
          description: "How many times faster than allowed budgets are spent. 14.4 pages.",
          unit: "none",
          width: 8,
          height: 10,
          limits: { warning: 1, critical: 14.4 },
          queries: allBurning(scope),
        }),
        alertsNow(scope, { width: 8, height: 10 }),
        alertsOverTime(scope, 24),
      ],
    },
    targetsRow,
    collectorRow,
    prometheusRow,
    logsRow,
    tracesRow,
    alertingRow,
    databaseRow,
    capacityRow,
  ],
};
