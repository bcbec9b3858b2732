import { metrics } from "../../sdk/src/names/index.ts";
import type { Row } from "../dashboard.ts";
import { evidence } from "../links.ts";
import { timeSeries } from "../panels/time-series.ts";
import { failedShare, ofProcesses, recorded, sumBy } from "../promql.ts";
import { bucketRate, replicas } from "../recordings.ts";
import type { Scope } from "../variables.ts";
import { failureLimits } from "./errors.ts";
import { requests, usbEvents } from "./timed.ts";

/** One version beside the next: did the last deployment make it better or worse? */
export const versionsRow = (scope: Scope): Row => {
  const by = ["service", "version"];
  const legend = "{{service}} {{version}}";
  const shared = { width: 8, height: 7 } as const;
  const p95 = ({ histogram }: typeof requests) =>
    `histogram_quantile(0.95, ${sumBy(["le", ...by], recorded(bucketRate(histogram), scope))})`;
  return {
    title: "Versions",
    panels: [
      timeSeries({
        ...shared,
        title: "Replicas ready by version",
        description: "Which version runs where, and when the next one took over.",
        unit: "short",
        style: "stacked",
        queries: [{ expr: sumBy(by, ofProcesses(replicas, scope)), legend }],
      }),
      timeSeries({
        ...shared,
        title: "Requests: errors by version",
        description: "The share of requests that a version's servers fail at.",
        unit: "percentunit",
        ...failureLimits,
        queries: [{ expr: failedShare(metrics.httpRequestDuration, scope, by), legend }],
        links: evidence(scope, `${requests.spans} && status = error`),
      }),
      timeSeries({
        ...shared,
        title: "P95 by version",
        description: "Of requests, and of USB events where a service handles any.",
        unit: "s",
        queries: [
          { expr: p95(requests), legend: `${legend} requests` },
          { expr: p95(usbEvents), legend: `${legend} USB` },
        ],
        links: evidence(scope, requests.spans),
      }),
    ],
  };
};
