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

/** A series of an app, of what has been chosen. */
export const ofApp = ({ name }: MetricDefinition, scope: Scope, ...matchers: string[]): string =>
  select(name, [...matchers, ...chosen(scope)]);

/** A recorded series of an app, of what has been chosen. */
export const recorded = (series: string, scope: Scope, ...matchers: string[]): string =>
  select(series, [...matchers, ...chosen(scope)]);

/** Share of a metric's events that failed, by some of its own labels. */
export const failedShare = (metric: MetricDefinition, scope: Scope, by: readonly string[] = []): string =>
  `${sumBy(by, recorded(failedRate(metric), scope))} / ${sumBy(by, recorded(countRate(metric), scope))}`;
