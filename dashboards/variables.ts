import {
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboardVariables } from "../alerts/dashboards.ts";
import { anyOf } from "../alerts/promql.ts";
import { type MetricDefinition, metrics } from "../sdk/src/names/index.ts";
import { type Datasources, prometheus } from "./datasources.ts";

/** The variables, and the label that each chooses from. */
const labels = {
  environment: "environment",
  [dashboardVariables.tenant]: "tenant_id",
  [dashboardVariables.service]: "service",
} as const;
export type VariableName = keyof typeof labels;

/** What the reader of a dashboard may choose. */
export type Scope = readonly VariableName[];

/** Of operators, who see all tenants. */
export const everything: Scope = ["environment", "tenant", "service"];
/** Of a tenant's own organisation, whose datasources know of no other tenant. */
export const ownTenant: Scope = ["environment", "service"];

/**
 * Any value at all: LogQL refuses a selector that the empty text could match. It is not written `.+`, for in the address
 * of a link a plus is a space.
 */
const anyValue = ".{1,}";

/** Matchers of what has been chosen, e.g. `tenant_id=~"$tenant"`; of those labels alone that a series has. */
export const chosen = (scope: Scope, having: readonly string[] = Object.values(labels)): string[] =>
  scope.filter((name) => having.includes(labels[name])).map((name) => `${labels[name]}=~"$${name}"`);

/** A selector, e.g. `up{job="a",service=~"$service"}`. */
export const select = (series: string, matchers: readonly string[]): string =>
  matchers.length > 0 ? `${series}{${matchers.join(",")}}` : series;

/** What tells of every tenant and service: what is done for whom, and which processes there are. */
const told = [
  metrics.healthStatus.name,
  `${metrics.httpRequestDuration.name}_count`,
  ...Object.values<MetricDefinition>(metrics)
    .filter(({ type, labels }) => type === "counter" && labels.includes("outcome"))
    .map(({ name }) => name),
];

/** A variable, whose choices are narrowed by those before it. */
export const variable = (name: VariableName, scope: Scope, { metrics: uid }: Datasources) => {
  const before = scope.slice(0, scope.indexOf(name));
  const query = `label_values(${select("", [`__name__=~"${anyOf(told)}"`, ...chosen(before)])}, ${labels[name]})`;
  return new QueryVariableBuilder(name)
    .label(`${name[0]?.toUpperCase()}${name.slice(1)}`)
    .datasource(prometheus(uid))
    .query({ query, refId: name })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(anyValue)
    .current({ selected: true, text: ["All"], value: ["$__all"] });
};
