import { businessSeries } from "../alerts/business.ts";
import { metrics } from "../sdk/src/names/index.ts";
import type { DashboardDefinition, Row } from "./dashboard.ts";
import { outcomeColors } from "./palette.ts";
import { stat } from "./panels/stat.ts";
import { timeSeries } from "./panels/time-series.ts";
import { ofApp, sumBy } from "./promql.ts";
import { alertsNow, alertsOverTime } from "./rows/alerts.ts";
import { pluginsRow, queuesRow, requestsRow, usbRow } from "./rows/apps.ts";
import { failedRequests, promisedLatencies, requestRate } from "./rows/glance.ts";
import { evidenceRow } from "./rows/evidence.ts";
import { ownTenant } from "./variables.ts";

const scope = ownTenant;

const glance: Row = {
  title: "At a glance",
  panels: [
    requestRate(scope),
    failedRequests(scope, "Share of requests that a server failed at."),
    ...promisedLatencies(scope),
    stat({
      title: "Devices",
      description: metrics.usbDevices.help,
      unit: "none",
      width: 4,
      query: { expr: sumBy([], ofApp(metrics.usbDevices, scope)), legend: "Devices" },
    }),
    stat({
      title: "Plugins loaded",
      description: metrics.pluginsLoaded.help,
      unit: "none",
      width: 4,
      query: { expr: sumBy([], ofApp(metrics.pluginsLoaded, scope)), legend: "Plugins" },
    }),
  ],
};

const work: Row = {
  title: "Automations and alerts",
  panels: [
    timeSeries({
      title: "Operations by outcome",
      description: "Your automations: how many in each hour.",
      unit: "short",
      width: 8,
      style: "bars",
      interval: "1h",
      colors: outcomeColors,
      queries: [
        {
          expr: sumBy(["outcome"], `sum_over_time(${businessSeries.operations}[$__interval])`),
          legend: "{{outcome}}",
        },
      ],
    }),
    alertsOverTime(scope, 8),
    alertsNow(scope, { width: 8 }),
  ],
};

const usage: Row = {
  title: "Telemetry",
  panels: [
    timeSeries({
      title: "Series",
      description: "Time series of yours that are held in memory.",
      unit: "short",
      width: 8,
      queries: [{ expr: sumBy([], businessSeries.metricSeries), legend: "series" }],
    }),
    timeSeries({
      title: "Logs and spans",
      description: "Bytes in each hour.",
      unit: "bytes",
      width: 8,
      style: "bars",
      interval: "1h",
      queries: [
        { expr: `sum(sum_over_time(${businessSeries.logBytes}[$__interval]))`, legend: "logs" },
        { expr: `sum(sum_over_time(${businessSeries.spanBytes}[$__interval]))`, legend: "spans" },
      ],
    }),
    timeSeries({
      title: "Given up by apps",
      description: `${metrics.dropped.help} Anything but 0 is missing here.`,
      noValue: "No app of one's own",
      unit: "cps",
      width: 8,
      queries: [
        {
          expr: sumBy(["signal", "reason"], `rate(${ofApp(metrics.dropped, scope)}[$__rate_interval])`),
          legend: "{{signal}}: {{reason}}",
        },
      ],
    }),
  ],
};

export const tenant: DashboardDefinition = {
  name: "tenant",
  title: "Tenant",
  description:
    "What a tenant sees of itself, in its own organisation. Its datasources answer with its own data alone, so nothing here asks for a tenant.",
  scope,
  from: "now-24h",
  rows: [
    glance,
    work,
    ...[requestsRow, usbRow, pluginsRow, queuesRow, evidenceRow].map((row) => row(scope)),
    usage,
  ],
};
