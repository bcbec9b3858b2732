import { interpolate } from "./interpolation.ts";
import type { PanelModel } from "./model.ts";

const newest = 20;

const queryOf = (panel: PanelModel) => {
  const target = panel.targets[0];
  return interpolate(target?.expr ?? target?.query ?? "", { intervalSeconds: 60, scrapeIntervalSeconds: 30 });
};

const get = async (url: string, path: string, parameters: Record<string, string>) => {
  const response = await fetch(`${url}${path}?${new URLSearchParams(parameters)}`);
  if (!response.ok)
    throw new Error(`${url} does not answer ${JSON.stringify(parameters)}: ${await response.text()}`);
  return (await response.json()) as unknown;
};

/** The newest log lines that a panel's query finds in Loki. */
export async function logLines(panel: PanelModel, url: string, from: number, to: number): Promise<string[]> {
  const parameters = { query: queryOf(panel), limit: String(newest), start: String(from), end: String(to) };
  const { data } = (await get(url, "/loki/api/v1/query_range", parameters)) as {
    data: { result: { values: [string, string][] }[] };
  };
  return data.result
    .flatMap(({ values }) => values)
    .toSorted(([a], [b]) => (a < b ? 1 : -1))
    .map(([nanoseconds, line]) => `${new Date(Number(nanoseconds.slice(0, -6))).toISOString()}  ${line}`);
}

/** The traces that a panel's query finds in Tempo. */
export async function traceLines(
  panel: PanelModel,
  url: string,
  from: number,
  to: number,
): Promise<string[]> {
  const parameters = { q: queryOf(panel), limit: String(newest), start: String(from), end: String(to) };
  const { traces = [] } = (await get(url, "/api/search", parameters)) as {
    traces?: { traceID: string; rootServiceName?: string; rootTraceName?: string; durationMs?: number }[];
  };
  return traces.map(
    ({ traceID, rootServiceName, rootTraceName, durationMs }) =>
      `${traceID}  ${String(durationMs ?? 0).padStart(6)} ms  ${rootServiceName ?? ""}  ${rootTraceName ?? ""}`,
  );
}
