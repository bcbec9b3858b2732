import type { DashboardDefinition, Row } from "./dashboard.ts";
import { stat } from "./panels/stat.ts";
import { ofProcesses, sumBy } from "./promql.ts";
import { replicas } from "./recordings.ts";
import { graphqlRow, memoryRow, pluginsRow, queuesRow, requestsRow, usbRow } from "./rows/apps.ts";
import { failedRequests, promisedLatencies, requestRate } from "./rows/glance.ts";
import { evidenceRow } from "./rows/evidence.ts";
import { percentile } from "./rows/latency.ts";
import { runtimeRow } from "./rows/runtime.ts";
import { sdkRow } from "./rows/sdk.ts";
import { requests } from "./rows/timed.ts";
import { versionsRow } from "./rows/versions.ts";
import { everything, type Scope } from "./variables.ts";

const glance = (scope: Scope): Row => ({
  title: "At a glance",
  panels: [
    requestRate(scope),
    failedRequests(scope, "Share of requests that were answered with a status of 500 or above."),
    stat({
      title: "Requests, P95",
      description: "95 % of the requests take no longer than this.",
      unit: "s",
      width: 4,
      query: percentile(0.95, requests, scope),
    }),
    ...promisedLatencies(scope),
    stat({
      title: "Replicas ready",
      description: `Replicas that can serve, of all services that are chosen.`,
      unit: "none",
      width: 4,
      query: { expr: sumBy([], ofProcesses(replicas, scope)), legend: "Ready" },
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
