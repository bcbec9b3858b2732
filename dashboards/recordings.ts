import type { RecordingRule, RuleGroup } from "../alerts/rule.ts";
import { commonLabels, type MetricDefinition, metrics } from "../sdk/src/names/index.ts";

/**
 * What panels would otherwise sum from every replica's series: rates by tenant, service, environment and version. Heat maps
 * and percentiles need the buckets and none of the metric's own labels; means and shares need those and no buckets.
 */
const counters: MetricDefinition[] = [
  metrics.usbEvents,
  metrics.usbTransferBytes,
  metrics.pluginOperations,
  metrics.queueJobs,
  metrics.memoryOperations,
];
const histograms: MetricDefinition[] = [
  metrics.usbEventDuration,
  metrics.pluginLoadDuration,
  metrics.pluginOperationDuration,
  metrics.queueJobDuration,
  metrics.queueWait,
  metrics.memoryOperationDuration,
  metrics.httpRequestDuration,
  metrics.graphqlResolverDuration,
];

/** Between evaluations, in seconds: two samples in Prometheus' look-back of five minutes. */
const everySeconds = 120;

const series = ({ name }: MetricDefinition, part = "") =>
  `tenant:${name.replace(/^autoweave_/, "").replace(/_total$/, "")}${part}:rate5m`;

/** Per second, by the metric's own labels. */
export const countRate = (metric: MetricDefinition): string =>
  series(metric, metric.type === "histogram" ? "_count" : "");
/** Seconds per second, by the metric's own labels. */
export const sumRate = (metric: MetricDefinition): string => series(metric, "_sum");
/** Per second, by `le`. */
export const bucketRate = (metric: MetricDefinition): string => series(metric, "_bucket");

/** Ready replicas of each service and version. */
export const replicas = "tenant:health_ready:sum";

const rate = (record: string, metric: string, by: readonly string[]): RecordingRule => ({
  record,
  expr: `sum by (${[...commonLabels, ...by].join(", ")}) (rate(${metric}[5m]))`,
});

export const dashboardRules: RuleGroup = {
  name: "dashboards",
  prometheus: "main",
  intervalSeconds: everySeconds,
  rules: [
    ...counters.map((metric) => rate(countRate(metric), metric.name, metric.labels)),
    ...histograms.flatMap((metric) => [
      rate(countRate(metric), `${metric.name}_count`, metric.labels),
      rate(sumRate(metric), `${metric.name}_sum`, metric.labels),
      rate(bucketRate(metric), `${metric.name}_bucket`, ["le"]),
    ]),
    {
      record: replicas,
      expr: `sum by (${commonLabels.join(", ")}) (${metrics.healthStatus.name}{check="ready"})`,
    },
  ],
};
