import { number } from "../../promql.ts";
import type { Indicator, Slo } from "../../slos.ts";
import type { Measurement } from "../measurement.ts";
import { type Level, levels, ofSlo, quantile, rate } from "../series.ts";

type LatencySlo = Slo & { indicator: Extract<Indicator, { kind: "latency" }> };

/** A bucket's bound as Prometheus writes it since version 3. */
const bound = (seconds: number) => (Number.isInteger(seconds) ? `${seconds}.0` : String(seconds));

/** Decimal places of a breach: floats differ in the last digits, and exactly at the threshold is no breach. */
const microsecond = "0.000001";

/** The share of events that took no longer than a time, counted by a bucket; and the percentile that people speak of. */
export function latency({ id, objective, indicator }: LatencySlo): Measurement {
  const { histogram, withinSeconds, spans } = indicator;
  const by = (...labels: string[]) => `sum by (${labels.join(", ")})`;
  const all = `${by(...levels.tenant)} (rate(${histogram}_count[5m]))`;
  const inTime = `${by(...levels.tenant)} (rate(${histogram}_bucket{le="${bound(withinSeconds)}"}[5m]))`;
  const ofLevel = (level: Level) => `${by("le", ...levels[level])} (rate(${histogram}_bucket[5m]))`;
  const labels = { slo: id };
  return {
    finest: "tenant",
    recordings: [
      { record: rate("tenant", "events"), labels, expr: all },
      { record: rate("tenant", "errors"), labels, expr: `${all} - ${inTime}` },
      ...(Object.keys(levels) as Level[]).map((level) => ({
        record: quantile(level),
        labels,
        expr: `histogram_quantile(${objective}, ${ofLevel(level)})`,
      })),
    ],
    breach: (level, threshold) => `round(${quantile(level)}${ofSlo(id)}, ${microsecond}) > ${threshold}`,
    breachText: (threshold) => `P${number(objective * 100)} is above ${number(threshold * 1000)} ms`,
    unit: "seconds",
    traces: `${spans} && duration > ${number(withinSeconds * 1000)}ms`,
  };
}
