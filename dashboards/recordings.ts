import type { RecordingRule, RuleGroup } from "../alerts/rule.ts";
import { commonLabels, type MetricDefinition, metrics, type Outcome } from "../sdk/src/names/index.ts";

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

/** Between evaluations, in seconds: no more than Prometheus' look-back of five minutes, and what panels read goes with it. */
const everySeconds = 240;

const failed = `outcome="${"error" satisfies Outcome}"`;

const series = ({ name }: MetricDefinition, part = "") =>
  `tenant:${name.replace(/^autoweave_/, "").replace(/_total$/, "")}${part}:rate5m`;

/** Per second, by the metric's own labels, but for those that tell success from failure alone. */
export const countRate = (metric: MetricDefinition): string =>
  series(metric, metric.type === "histogram" ? "_count" : "");
/** Those that failed, 0 where none did, by the same labels. */
export const failedRate = (metric: MetricDefinition): string =>
  series(metric, metric.type === "histogram" ? "_count_failed" : "_failed");
/** Seconds per second, by the metric's own labels. */
export const sumRate = (metric: MetricDefinition): string => series(metric, "_sum");
/** Per second, by `le`. */
export const bucketRate = (metric: MetricDefinition): string => series(metric, "_bucket");

/** Ready replicas of each service and version. */
export const replicas = "tenant:health_ready:sum";

/** What a request is that its server failed at. */
const serverErrors = 'http_response_status_code=~"5.."';
const failures: readonly [MetricDefinition, matcher: string][] = [
  ...counters
    .filter(({ labels }) => labels.includes("outcome"))
    .map((metric) => [metric, failed] satisfies [MetricDefinition, string]),
  [metrics.httpRequestDuration, serverErrors],
  [metrics.graphqlResolverDuration, failed],
];

/** The status of a request tells no more than whether it failed; the result of a job tells how. */
const ownLabels = ({ labels }: MetricDefinition) =>
  labels.filter((label) => label !== "outcome" && label !== "http_response_status_code");

const rate = (record: string, metric: string, by: readonly string[]): RecordingRule => ({
  record,
  expr: `sum by (${[...commonLabels, ...by].join(", ")}) (rate(${metric}[5m]))`,
});

function failedRule(metric: MetricDefinition, matcher: string): RecordingRule {
  const count = metric.type === "histogram" ? `${metric.name}_count` : metric.name;
  const bad = rate(failedRate(metric), `${count}{${matcher}}`, ownLabels(metric));
  // Before the first failure there is no series that could count none.
  return { ...bad, expr: `${bad.expr} or 0 * ${countRate(metric)}` };
}

export const dashboardRules: RuleGroup = {
  name: "dashboards",
  prometheus: "main",
  intervalSeconds: everySeconds,
  rules: [
    ...counters.map((metric) => rate(countRate(metric), metric.name, ownLabels(metric))),
    ...histograms.flatMap((metric) => [
      rate(countRate(metric), `${metric.name}_count`, ownLabels(metric)),
      rate(sumRate(metric), `${metric.name}_sum`, ownLabels(metric)),
      rate(bucketRate(metric), `${metric.name}_bucket`, ["le"]),
    ]),
    ...failures.map(([metric, matcher]) => failedRule(metric, matcher)),
    {
      record: replicas,
      expr: `sum by (${commonLabels.join(", ")}) (${metrics.healthStatus.name}{check="ready"})`,
    },
  ],
};
