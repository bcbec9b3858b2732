import type { signals } from "../../sdk/src/names/index.ts";
import { metrics, type MetricDefinition } from "../../sdk/src/names/index.ts";
import type { Row } from "../dashboard.ts";
import { signalColors } from "../palette.ts";
import { timeSeries } from "../panels/time-series.ts";
import { maxBy, ofApp, sumBy } from "../promql.ts";
import type { Scope } from "../variables.ts";

/** What the SDK says of itself: whether what this dashboard shows is all that there was. */
export const sdkRow = (scope: Scope): Row => {
  const shared = { width: 8, height: 7 } as const;
  const rate = (metric: MetricDefinition) => `rate(${ofApp(metric, scope)}[$__rate_interval])`;
  return {
    title: "Telemetry on its way out of the apps",
    panels: [
      timeSeries({
        ...shared,
        title: "Given up, by reason",
        description: `${metrics.dropped.help} Anything but 0 here is missing elsewhere.`,
        unit: "cps",
        queries: [
          { expr: sumBy(["signal", "reason"], rate(metrics.dropped)), legend: "{{signal}}: {{reason}}" },
        ],
      }),
      timeSeries({
        ...shared,
        title: "Waiting to be sent",
        description: metrics.queueBytes.help,
        unit: "bytes",
        colors: signalColors satisfies Record<(typeof signals)[number], string>,
        queries: [{ expr: sumBy(["signal"], ofApp(metrics.queueBytes, scope)), legend: "{{signal}}" }],
      }),
      timeSeries({
        ...shared,
        title: "Shedding",
        description: metrics.sheddingLevel.help,
        unit: "none",
        max: 3,
        limits: { warning: 1, critical: 3 },
        queries: [{ expr: maxBy(["service"], ofApp(metrics.sheddingLevel, scope)), legend: "{{service}}" }],
      }),
    ],
  };
};
