import { number } from "../../promql.ts";
import type { Indicator, Slo } from "../../slos.ts";
import type { Measurement } from "../measurement.ts";
import { rate, ready } from "../series.ts";

type ReadinessSlo = Slo & { indicator: Extract<Indicator, { kind: "readiness" }> };

/** How long a Prometheus that has just started waits for services to be scraped and to push, in seconds. */
const settlesSeconds = 120;
const settles = `time() - max(process_start_time_seconds{job="prometheus"}) < ${settlesSeconds}`;

/**
 * The share of time in which at least one replica of a service was ready. Its events are seconds: one each second, whatever
 * the interval of evaluation. A service that was there within the last hour and is gone is not ready; but who has just
 * begun to look misses nobody yet.
 */
export function readiness({ id, indicator }: ReadinessSlo): Measurement {
  const reported = `${indicator.gauge}{check="ready"}`;
  const labels = { slo: id };
  return {
    finest: "service",
    recordings: [
      {
        record: ready,
        expr: `max by (service) (${reported} == bool 1)
or (0 * max by (service) (max_over_time(${reported}[1h])) unless on () (${settles}))`,
      },
      { record: rate("service", "events"), labels, expr: `${ready} >= bool 0` },
      { record: rate("service", "errors"), labels, expr: `1 - avg_over_time(${ready}[5m])` },
    ],
    breach: (_, threshold) => `avg_over_time(${ready}[1h]) < ${threshold} and ${ready} == 0`,
    breachText: (threshold) =>
      `is not ready, and was for less than ${number(threshold * 100)} % of the last hour`,
    unit: "share",
  };
}
