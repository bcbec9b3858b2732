import { metrics } from "../sdk/src/names/index.ts";
import type { DashboardDefinition, Row } from "./dashboard.ts";
import { limitsOf } from "./panels/panel.ts";
import { stat } from "./panels/stat.ts";
import { failedShare, recorded, sumBy } from "./promql.ts";
import { countRate, replicas } from "./recordings.ts";
import { graphqlRow, memoryRow, pluginsRow, queuesRow, requestsRow, usbRow } from "./rows/apps.ts";
import { evidenceRow } from "./rows/evidence.ts";
import { percentile } from "./rows/latency.ts";
import { runtimeRow } from "./rows/runtime.ts";
import { sdkRow } from "./rows/sdk.ts";
import { pluginLoads, requests, usbEvents } from "./rows/timed.ts";
import { versionsRow } from "./rows/versions.ts";
import { everything, type Scope } from "./variables.ts";

const glance = (scope: Scope): Row => ({
  title: "At a glance",
  panels: [
    stat({
      title: "Requests",
      description: "HTTP requests served each second.",
      unit: "reqps",
      width: 4,
      query: { expr: sumBy([], recorded(countRate(metrics.httpRequestDuration), scope)), legend: "Requests" },
    }),
    stat({
      title: "Failed requests",
      description: "Share of requests that were answered with a status of 500 or above.",
      unit: "percentunit",
      width: 4,
      limits: { warning: 0.01, critical: 0.05 },
      query: { expr: failedShare(metrics.httpRequestDuration, scope), legend: "Failed" },
    }),
    stat({
      title: "Requests, P95",
      description: "95 % of the requests take no longer than this.",
      unit: "s",
      width: 4,
      query: percentile(0.95, requests, scope),
    }),
    ...[usbEvents, pluginLoads].map((timed) =>
      stat({
        title: `${timed.what}, P95`,
        description: timed.slo ? `Promised: ${timed.slo.promise}.` : timed.histogram.help,
        unit: "s",
        width: 4,
        ...(timed.slo ? { limits: limitsOf(timed.slo) } : {}),
        query: percentile(0.95, timed, scope),
      }),
    ),
    stat({
      title: "Replicas ready",
      description: `Replicas that can serve, of all services that are chosen.`,
      unit: "none",
      width: 4,
      query: { expr: sumBy([], recorded(replicas, scope)), legend: "Ready" },
    }),
  ],
});

export const developer: DashboardDefinition = {
  name: "developer",
  title: "Developer",
  description:
    "What is slow, what fails, since when and in which version: of the apps, for those who write them.",
  scope: everything,
  from: "now-6h",
  rows: [
    glance(everything),
    ...[
      requestsRow,
      usbRow,
      pluginsRow,
      queuesRow,
      memoryRow,
      graphqlRow,
      evidenceRow,
      versionsRow,
      runtimeRow,
      sdkRow,
    ].map((row) => row(everything)),
  ],
};
