import { anyOf, duration } from "../promql.ts";
import type { RecordingRule } from "../rule.ts";
import type { Slo } from "../slos.ts";
import { budgetOf } from "./burn-rates.ts";
import { measurementOf } from "./indicators.ts";
import {
  baseSeconds,
  budgetRemaining,
  counts,
  increase,
  type Level,
  levels,
  ofSlo,
  rate,
  sumBy,
} from "./series.ts";

const allLevels = Object.keys(levels) as Level[];

/** Sums of the finest level, which the indicators record, up to the whole. Levels of a promise that lacks the finest stay. */
export const coarserRates = (id: string, finest: Level): RecordingRule[] =>
  counts.flatMap((count) => [
    ...(finest === "tenant"
      ? [
          {
            record: rate("service", count),
            labels: { slo: id },
            expr: `${sumBy("service")} (${rate("tenant", count)}${ofSlo(id)})`,
          },
        ]
      : []),
    {
      record: rate("overall", count),
      labels: { slo: id },
      expr: `${sumBy("overall")} (${rate("service", count)}${ofSlo(id)})`,
    },
  ]);

/** The history: how many events there were in each five minutes. Evaluated once in that time, its sums are exact. */
export const history = (): RecordingRule[] =>
  allLevels.flatMap((level) =>
    counts.map((count) => ({
      record: increase(level, count),
      expr: `${baseSeconds} * ${rate(level, count)}`,
    })),
  );

/**
 * The number of events within windows: of the whole, each service, and the tenants of tier premium. Those of the other
 * tenants, and those of short windows, are summed from the history by whoever asks.
 * @param seconds lengths of the windows.
 */
export const windows = (seconds: readonly number[], premium: readonly string[]): RecordingRule[] =>
  seconds.flatMap((length) =>
    recordedLevels(premium).flatMap(([level, filter]) =>
      counts.map((count) => ({
        record: increase(level, count, length),
        expr: `sum_over_time(${increase(level, count)}${filter}[${duration(length)}])`,
      })),
    ),
  );

/** What is left of each promise's budget. */
export const budgets = (slos: readonly Slo[], premium: readonly string[]): RecordingRule[] =>
  slos.flatMap((slo) => {
    const seconds = slo.windowDays * 86_400;
    const spent = (level: Level) =>
      `${increase(level, "errors", seconds)}${ofSlo(slo.id)} / ${increase(level, "events", seconds)}${ofSlo(slo.id)} / ${budgetOf(slo)}`;
    return recordedLevels(premium)
      .filter(([level]) => level !== "tenant" || measurementOf(slo).finest === "tenant")
      .map(([level]) => ({
        record: budgetRemaining(level, slo.windowDays),
        labels: { slo: slo.id },
        expr: `1 - ${spent(level)}`,
      }));
  });

/** The levels that are recorded for longer windows, and the matcher of those who have them. */
const recordedLevels = (premium: readonly string[]): [level: Level, filter: string][] => [
  ["overall", ""],
  ["service", ""],
  ...(premium.length > 0 ? [["tenant", `{tenant_id=~"${anyOf(premium)}"}`] satisfies [Level, string]] : []),
];
