import { anyOf } from "../../alerts/promql.ts";
import { type BurnRate, budgetOf, burnRates } from "../../alerts/slo/burn-rates.ts";
import {
  budgetRemaining,
  type Count,
  increase,
  type Level,
  levels,
  quantile,
  rate,
} from "../../alerts/slo/series.ts";
import { duration } from "../../alerts/promql.ts";
import { type Slo, slos } from "../../alerts/slos.ts";
import type { MetricQuery } from "../panels/query.ts";
import { chosen, type Scope, select } from "../variables.ts";

/** A recorded series of a promise, of what has been chosen as far as its level tells that apart. */
const ofPromise = (series: string, level: Level, { id }: Pick<Slo, "id">, scope: Scope): string =>
  select(series, [`slo="${id}"`, ...chosen(scope, levels[level])]);

/** How much faster than allowed a service's budget burns, over a window. */
export const burning = (slo: Slo, seconds: number, scope: Scope): MetricQuery => {
  const within = (count: Count) => ofPromise(increase("service", count, seconds), "service", slo, scope);
  return {
    expr: `${within("errors")} / ${within("events")} / ${budgetOf(slo)}`,
    legend: `{{service}} over ${duration(seconds)}`,
    ...(isRecordedLongTerm(slo, seconds) ? { longTerm: true } : {}),
  };
};

/** The longer windows are recorded where the history is kept for long enough. */
const isRecordedLongTerm = (slo: Slo, seconds: number) =>
  burnRates(slo).every(
    ({ severity, longSeconds }: BurnRate) => severity !== "critical" || longSeconds !== seconds,
  );

/** What is left of each service's budget. */
export const budgetLeft = (slo: Slo, scope: Scope): MetricQuery => ({
  expr: ofPromise(budgetRemaining("service", slo.windowDays), "service", slo, scope),
  legend: "{{service}}",
  longTerm: true,
});

/** Of all promises together, by the same window. */
export const allBudgetsLeft = (scope: Scope): MetricQuery => {
  const windows = [...new Set(slos.map(({ windowDays }) => windowDays))];
  return {
    expr: windows
      .map((days) => select(budgetRemaining("service", days), chosen(scope, levels.service)))
      .join(" or "),
    legend: "{{slo}}: {{service}}",
    longTerm: true,
  };
};

/** How fast the budgets burn, of all promises at once, over the shortest window that pages. */
export const allBurning = (scope: Scope): MetricQuery[] =>
  slos.map((slo) => ({ ...burning(slo, shortestSeconds(slo), scope), legend: `${slo.id}: {{service}}` }));

const shortestSeconds = (slo: Slo): number =>
  Math.min(...burnRates(slo).map(({ longSeconds }) => longSeconds));

/** What the fixed thresholds speak of, as it is now: a percentile, a share of failures, readiness. */
export const indicator: {
  [Kind in Slo["indicator"]["kind"]]: (
    slo: Slo,
    level: Level,
    scope: Scope,
  ) => { title: string; unit: "s" | "percentunit"; expr: string };
} = {
  latency: (slo, level, scope) => ({
    title: `P${slo.objective * 100}`,
    unit: "s",
    expr: ofPromise(quantile(level), level, slo, scope),
  }),
  outcome: (slo, level, scope) => ({
    title: "failed",
    unit: "percentunit",
    expr: badShare(slo, level, scope),
  }),
  readiness: (slo, level, scope) => ({
    title: "ready",
    unit: "percentunit",
    expr: `1 - ${badShare(slo, level, scope)}`,
  }),
};

const badShare = (slo: Slo, level: Level, scope: Scope) =>
  `${ofPromise(rate(level, "errors"), level, slo, scope)} / ${ofPromise(rate(level, "events"), level, slo, scope)}`;

/** Share of good events over a window of days, from the history. */
export const kept = (slo: Slo, scope: Scope): MetricQuery => {
  const sum = (count: Count) =>
    `sum(${ofPromise(increase("service", count, slo.windowDays * 86_400), "service", slo, scope)})`;
  return { expr: `1 - ${sum("errors")} / ${sum("events")}`, legend: "Kept", longTerm: true };
};

/** The alerts of a promise that fire now, or all that do. */
export const firingAlerts = (scope: Scope, ids: readonly string[] = []): string =>
  select("ALERTS", [
    'alertstate="firing"',
    'alertname!="Watchdog"',
    'escalation=""',
    ...(ids.length > 0 ? [`slo=~"${anyOf(ids)}"`] : []),
    ...chosen(scope, ["tenant_id", "service"]).map((matcher) => matcher.replace(/"$/, '|"')),
  ]);
