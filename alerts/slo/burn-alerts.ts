import type { Alert } from "../alert.ts";
import { duration, number } from "../promql.ts";
import type { Slo } from "../slos.ts";
import { type BurnRate, budgetOf, burnRates } from "./burn-rates.ts";
import { measurementOf } from "./indicators.ts";
import { promiseAlert } from "./promise-alert.ts";
import { type Scope, scopesFrom } from "./scope.ts";
import { type Count, increase, ofSlo } from "./series.ts";

/**
 * The alert of a budget that burns too fast at any of the rates, which are of one severity: with the longer window it does
 * for long enough to matter, with the shorter one it still does.
 */
export function burnAlerts(slo: Slo, severity: BurnRate["severity"]): Alert[] {
  const rates = burnRates(slo).filter((rate) => rate.severity === severity);
  if (rates.length === 0) return [];
  const longest = Math.max(...rates.map(({ longSeconds }) => longSeconds));
  return scopesFrom(measurementOf(slo).finest).map((scope) =>
    promiseAlert(slo, scope, {
      what: "BudgetBurning",
      severity,
      condition: "burn-rate",
      expr: rates.map((rate) => `(${burning(slo, rate, scope)})`).join("\nor "),
      active: within(slo, "tenant", "events", longest),
      summary: "the error budget burns too fast",
      description: `Promised over ${slo.windowDays} days: ${slo.promise}. So far, ${rates.map(spent).join(" or ")}.`,
      unit: "share",
    }),
  );
}

const spent = ({ budgetShare, longSeconds }: BurnRate) =>
  `${number(budgetShare * 100)} % of the budget went in ${duration(longSeconds)}`;

function burning(slo: Slo, { factor, longSeconds, shortSeconds }: BurnRate, scope: Scope): string {
  const long = (count: Count) => within(slo, scope, count, longSeconds);
  const short = (count: Count) => summed(slo, scope, count, shortSeconds);
  const tooFast = (counted: (count: Count) => string) =>
    `${counted("errors")} / ${counted("events")} > ${factor} * ${budgetOf(slo)}`;
  const enough = slo.minimumErrors ? `\nand ${long("errors")} >= ${slo.minimumErrors}` : "";
  return `${tooFast(long)}\nand ${tooFast(short)}${enough}\nand ${knownBefore(slo, scope, longSeconds)}`;
}

/**
 * Those that were there before the window began, within as long a time. Of others the window holds less than its length, and
 * a bad minute of a young service's first ten is no tenth of its month; until then the fixed thresholds watch it.
 */
const knownBefore = ({ id }: Slo, scope: Scope, seconds: number): string =>
  `present_over_time(${increase(scope, "events")}${ofSlo(id)}[${duration(seconds)}] offset ${duration(seconds)})`;

/** The number of events within a longer window: a service's is recorded. */
const within = (slo: Slo, scope: Scope, count: Count, seconds: number): string =>
  scope === "service"
    ? `${increase(scope, count, seconds)}${ofSlo(slo.id)}`
    : summed(slo, scope, count, seconds);

const summed = ({ id }: Slo, scope: Scope, count: Count, seconds: number): string =>
  `sum_over_time(${increase(scope, count)}${ofSlo(id)}[${duration(seconds)}])`;
