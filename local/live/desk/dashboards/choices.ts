import { ask, type Backend } from "../../../dashboards/backend.ts";
import { exactly, interpolate } from "../../../dashboards/interpolation.ts";
import { type DashboardModel, secondsOf, type VariableModel } from "../../../dashboards/model.ts";

/** Something that the reader of a dashboard may choose, as a select of a form. */
export interface Choice {
  /** Of the address's parameter, as Grafana names it: `from`, `var-tenant`. */
  name: string;
  label: string;
  chosen: string;
  options: { value: string; text: string }[];
}

const ranges: Record<string, string> = {
  "now-15m": "Last 15 minutes",
  "now-1h": "Last hour",
  "now-6h": "Last 6 hours",
  "now-24h": "Last 24 hours",
};

/** Somebody who has just started a stack looks at minutes; what looks back over days shows days. */
const defaultRange = ({ time }: DashboardModel) => (secondsOf(time.from) > 86_400 ? "now-24h" : "now-15m");

export function rangeChoice(dashboard: DashboardModel, parameters: URLSearchParams): Choice {
  const from = parameters.get("from") ?? "";
  return {
    name: "from",
    label: "Time",
    chosen: from in ranges ? from : defaultRange(dashboard),
    options: Object.entries(ranges).map(([value, text]) => ({ value, text })),
  };
}

const all = { value: "", text: "All" };

/** The values of the variables that are not left at all of them, as queries take them. */
export function variablesOf(
  { templating }: DashboardModel,
  parameters: URLSearchParams,
): Record<string, string> {
  return Object.fromEntries(
    templating.list.flatMap(({ name }) => {
      const value = parameters.get(`var-${name}`);
      return value ? [[name, exactly(value)]] : [];
    }),
  );
}

/** A variable with the values that there are of it; where they cannot be had, with the one that is chosen. */
export async function variableChoice(
  { name, label, definition }: VariableModel,
  parameters: URLSearchParams,
  variables: Record<string, string>,
  backend: Backend,
  signal: AbortSignal,
): Promise<Choice> {
  const parameter = `var-${name}`;
  const chosen = parameters.get(parameter) ?? "";
  const values = await valuesOf(definition, variables, backend, signal).catch(() => []);
  const offered = [...new Set([...values, chosen])].filter(Boolean).toSorted();
  return {
    name: parameter,
    label,
    chosen,
    options: [all, ...offered.map((value) => ({ value, text: value }))],
  };
}

/** The values of a label, by a definition such as `label_values(up{job=~"$job"}, pod)`. */
async function valuesOf(
  definition: string,
  variables: Record<string, string>,
  backend: Backend,
  signal: AbortSignal,
): Promise<string[]> {
  const [, selector = "", label = ""] = /^label_values\((.+), (\w+)\)$/.exec(definition) ?? [];
  const match = interpolate(selector, { variables, intervalSeconds: 60, scrapeIntervalSeconds: 30 });
  const { data } = await ask<{ data: string[] }>(
    backend,
    `/api/v1/label/${label}/values`,
    { "match[]": match },
    { signal },
  );
  return data;
}
