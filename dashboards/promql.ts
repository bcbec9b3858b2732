import type { MetricDefinition, Outcome } from "../sdk/src/names/index.ts";
import { countRate } from "./recordings.ts";
import { chosen, type Scope, select } from "./variables.ts";

const aggregate =
  (operator: string) =>
  (labels: readonly string[], expr: string): string =>
    labels.length > 0 ? `${operator} by (${labels.join(", ")}) (${expr})` : `${operator}(${expr})`;

export const sumBy = aggregate("sum");
export const maxBy = aggregate("max");
export const countBy = aggregate("count");

export const failed = `outcome="${"error" satisfies Outcome}"`;

/** A series of an app, of what has been chosen. */
export const ofApp = ({ name }: MetricDefinition, scope: Scope, ...matchers: string[]): string =>
  select(name, [...matchers, ...chosen(scope)]);

/** A recorded series of an app, of what has been chosen. */
export const recorded = (series: string, scope: Scope, ...matchers: string[]): string =>
  select(series, [...matchers, ...chosen(scope)]);

/** Share of a metric's events that a matcher selects; 0 where it selects none. */
export function share(
  metric: MetricDefinition,
  scope: Scope,
  { by = [], bad = failed, of = [] }: { by?: readonly string[]; bad?: string; of?: readonly string[] } = {},
): string {
  const all = sumBy(by, recorded(countRate(metric), scope, ...of));
  return `(${sumBy(by, recorded(countRate(metric), scope, bad, ...of))} or 0 * ${all}) / ${all}`;
}
