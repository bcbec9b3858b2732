import type { MetricDefinition } from "../sdk/src/names/index.ts";
import { countRate, failedRate } from "./recordings.ts";
import { chosen, type Scope, select } from "./variables.ts";

const aggregate =
  (operator: string) =>
  (labels: readonly string[], expr: string): string =>
    labels.length > 0 ? `${operator} by (${labels.join(", ")}) (${expr})` : `${operator}(${expr})`;

export const sumBy = aggregate("sum");
export const maxBy = aggregate("max");
export const countBy = aggregate("count");

/**
 * A series of an app, of what has been chosen. A process works for many tenants: what it tells of itself carries a tenant of
 * its own, and is shown whichever tenant is chosen.
 */
export const ofApp = ({ name, ofProcess }: MetricDefinition, scope: Scope, ...matchers: string[]): string =>
  ofProcess ? ofProcesses(name, scope, ...matchers) : select(name, [...matchers, ...chosen(scope)]);

/** A series of processes as a whole, of the services and environments that have been chosen. */
export const ofProcesses = (series: string, scope: Scope, ...matchers: string[]): string =>
  select(series, [...matchers, ...chosen(scope, ["environment", "service"])]);

/** A recorded series of an app, of what has been chosen. */
export const recorded = (series: string, scope: Scope, ...matchers: string[]): string =>
  select(series, [...matchers, ...chosen(scope)]);

/** Share of a metric's events that failed, by some of its own labels. */
export const failedShare = (
  metric: MetricDefinition,
  scope: Scope,
  by: readonly string[] = [],
  ...matchers: string[]
): string =>
  [failedRate, countRate].map((rate) => sumBy(by, recorded(rate(metric), scope, ...matchers))).join(" / ");
