import { number } from "../../promql.ts";
import type { Indicator, Slo } from "../../slos.ts";
import type { Measurement } from "../measurement.ts";
import { type Count, counts, levels, ofSlo, rate, sumBy } from "../series.ts";

type OutcomeSlo = Slo & { indicator: Extract<Indicator, { kind: "outcome" }> };

/** Of each source by itself: which of them fails is the first question when the whole does. */
const sourceRate = (count: Count) => `source:slo_${count}:rate5m`;

/** Decimal places of a breach: floats differ in the last digits, and exactly at the threshold is no breach. */
const millionth = "0.000001";

/** The share of operations that did not fail. */
export function outcome({ id, indicator }: OutcomeSlo): Measurement {
  const sum = `sum by (${levels.tenant.join(", ")})`;
  const ofSource = ([source, { counter, failed }]: (typeof sources)[number]) => {
    const labels = { slo: id, source };
    const all = `${sum} (rate(${counter}[5m]))`;
    return [
      { record: sourceRate("events"), labels, expr: all },
      {
        record: sourceRate("errors"),
        labels,
        // Before the first failure there is no series that could count none.
        expr: `${sum} (rate(${counter}{${failed}}[5m])) or 0 * ${all}`,
      },
    ];
  };
  const sources = Object.entries(indicator.sources);
  return {
    finest: "tenant",
    recordings: [
      ...sources.flatMap(ofSource),
      ...counts.map((count) => ({
        record: rate("tenant", count),
        expr: `${sumBy("tenant")} (${sourceRate(count)}${ofSlo(id)})`,
      })),
    ],
    breach: (level, threshold) =>
      `round(${rate(level, "errors")}${ofSlo(id)} / ${rate(level, "events")}${ofSlo(id)}, ${millionth}) > ${threshold}`,
    breachText: (threshold) => `more than ${number(threshold * 100)} % of its operations fail`,
    unit: "share",
    traces: "status = error",
  };
}
