import type { MetricDefinition } from "../../../sdk/src/names/index.ts";
import { counter, gauge, histogram, noise, workload } from "./series.ts";

/**
 * Of histograms, make the buckets of every set of labels, or of the first alone: recorded series, which dashboards read, are as
 * many either way.
 */
export type Buckets = "all" | "first";

const environment = "production";

/** One version of a service, which serves one tenant. */
export interface Process {
  tenant: string;
  service: string;
  version: string;
  /** How much there is to do, against the others. */
  size: number;
  /** When the first tenant's devices were slow and failing. */
  incident: (seconds: number) => boolean;
}

const common = ({ tenant, service, version }: Process) => ({
  tenant_id: tenant,
  service,
  environment,
  version,
});

/** Makes series for a process: each metric with the labels of all processes and its own. */
export function maker(process: Process, buckets: Buckets) {
  const shared = common(process);
  const busy = (perSecond: number, key: string) => (seconds: number) =>
    perSecond * process.size * workload(seconds) * (0.75 + noise(key + process.tenant, seconds) / 2);
  return {
    count: (metric: MetricDefinition, labels: Record<string, string>, perSecond: number, during = 1) => {
      const at = busy(perSecond, Object.values(labels).join());
      return counter(
        metric.name,
        { ...shared, ...labels },
        (seconds) => at(seconds) * (process.incident(seconds) ? during : 1),
      );
    },
    value: (metric: MetricDefinition, labels: Record<string, string>, of: number, swing = 0.2) =>
      gauge(metric.name, { ...shared, ...labels }, (seconds) =>
        Math.max(
          0,
          of *
            (1 +
              swing *
                (noise(metric.name + shared.service + shared.tenant_id, seconds) -
                  0.5 +
                  (workload(seconds) - 1))),
        ),
      ),
    whole: (metric: MetricDefinition, labels: Record<string, string>, of: number, swing = 0.2) =>
      gauge(metric.name, { ...shared, ...labels }, (seconds) =>
        Math.max(0, Math.round(of * (1 + swing * (workload(seconds) - 1)))),
      ),
    timed: (
      metric: MetricDefinition,
      sets: readonly Record<string, string>[],
      { perSecond, median, during = 1 }: { perSecond: number; median: number; during?: number },
    ) =>
      sets.flatMap((labels, index) => {
        const key = metric.name + Object.values(labels).join();
        return histogram(
          metric.name,
          { ...shared, ...labels },
          {
            buckets: metric.buckets ?? [],
            // Those without buckets are few, lest shares of all events by bucket come out too small.
            events: busy(perSecond / (buckets === "all" || index === 0 ? index + 1 : 1000), key),
            median: (seconds) =>
              median *
              (1 + index / 5) *
              (0.85 + 0.3 * noise(key, seconds) + 0.15 * workload(seconds)) *
              (process.incident(seconds) ? during : 1),
            withBuckets: buckets === "all" || index === 0,
          },
        );
      }),
  };
}
