import { metrics } from "../../sdk/src/names/index.ts";
import { type Panel, limitsOf } from "../panels/panel.ts";
import { stat } from "../panels/stat.ts";
import { failedShare, recorded, sumBy } from "../promql.ts";
import { countRate } from "../recordings.ts";
import type { Scope } from "../variables.ts";
import { failureLimits } from "./errors.ts";
import { percentile } from "./latency.ts";
import { pluginLoads, usbEvents } from "./timed.ts";

const width = 4;

export const requestRate = (scope: Scope): Panel =>
  stat({
    title: "Requests",
    description: "HTTP requests served each second.",
    unit: "reqps",
    width,
    query: { expr: sumBy([], recorded(countRate(metrics.httpRequestDuration), scope)), legend: "Requests" },
  });

export const failedRequests = (scope: Scope, description: string): Panel =>
  stat({
    title: "Failed requests",
    description,
    unit: "percentunit",
    width,
    ...failureLimits,
    query: { expr: failedShare(metrics.httpRequestDuration, scope), legend: "Failed" },
  });

/** The latencies that are promised. */
export const promisedLatencies = (scope: Scope): Panel[] =>
  [usbEvents, pluginLoads].map((timed) =>
    stat({
      title: `${timed.what}, P95`,
      description: timed.slo ? `Promised: ${timed.slo.promise}.` : timed.histogram.help,
      unit: "s",
      width,
      ...(timed.slo ? { limits: limitsOf(timed.slo) } : {}),
      query: percentile(0.95, timed, scope),
    }),
  );
