import { ask, type Backend } from "./backend.ts";
import { interpolate } from "./interpolation.ts";
import { type Datasource, type PanelModel, secondsOf, type TargetModel } from "./model.ts";

/** Where queries are asked, of which time, and of what. */
export interface Source {
  /** Who answers for one of Grafana's datasources; undefined where nobody does. */
  backendOf(datasource: Datasource): Backend | undefined;
  scrapeIntervalSeconds: number;
  /** In seconds since 1970. */
  end: number;
  /** Values of the dashboard's variables, as `interpolate` takes them. */
  variables?: Readonly<Record<string, string>>;
  /** Ends all questions. */
  signal?: AbortSignal;
}

/** Times in seconds since 1970. */
export interface Range {
  from: number;
  to: number;
}

export interface Series {
  name: string;
  labels: Record<string, string>;
  /** Times in seconds since 1970. */
  points: [seconds: number, value: number][];
}

interface Answer {
  data: {
    result: { metric: Record<string, string>; value?: [number, string]; values?: [number, string][] }[];
  };
}

/** Points that a graph of this width has room for. */
const pointsPerColumn = 25;

/** The distance of two points, in seconds: as Grafana chooses it, by the width of the panel. */
function stepSeconds({ gridPos, interval }: PanelModel, rangeSeconds: number): number {
  const steps = [15, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];
  const least = Math.max(rangeSeconds / (gridPos.w * pointsPerColumn), interval ? secondsOf(interval) : 0);
  return steps.find((step) => step >= least) ?? 86_400;
}

/**
 * The request of a target: the address that is asked, and its parameters. Points lie at multiples of their distance. Of a panel
 * whose points stand for whole intervals, e.g. hours, the last one stands for that which has only begun.
 */
export function request(
  target: TargetModel,
  panel: PanelModel,
  rangeSeconds: number,
  { end, scrapeIntervalSeconds, variables = {} }: Pick<Source, "end" | "scrapeIntervalSeconds" | "variables">,
): { path: string; parameters: Record<string, string> } {
  const step = Math.max(stepSeconds(panel, rangeSeconds), scrapeIntervalSeconds);
  const query = interpolate(target.expr ?? "", { intervalSeconds: step, scrapeIntervalSeconds, variables });
  if (target.instant) return { path: "/api/v1/query", parameters: { query, time: String(end) } };
  const first = Math.floor((end - rangeSeconds) / step) * step;
  const last = (panel.interval ? Math.ceil(end / step) : Math.floor(end / step)) * step;
  return {
    path: "/api/v1/query_range",
    parameters: { query, start: String(first), end: String(last), step: String(step) },
  };
}

/** The series that Prometheus finds. */
export async function askForSeries(
  backend: Backend,
  path: string,
  parameters: Record<string, string>,
  signal?: AbortSignal,
): Promise<Answer["data"]["result"]> {
  // By POST, for queries are long.
  return (await ask<Answer>(backend, path, parameters, { method: "POST", signal })).data.result;
}

/** The series of all of a panel's queries, named as Grafana names them. */
export async function seriesOf(
  panel: PanelModel,
  { from, to }: Range,
  source: Source,
  backend: Backend,
): Promise<(Series & { refId: string })[]> {
  const targets = panel.targets.filter(({ exemplar }) => !exemplar);
  const found = await Promise.all(
    targets.map(async (target) => {
      const { path, parameters } = request(target, panel, to - from, source);
      const result = await askForSeries(backend, path, parameters, source.signal);
      return result.map(({ metric, value, values }) => ({
        refId: target.refId,
        name: legend(target.legendFormat, metric),
        labels: metric,
        points: (values ?? (value ? [value] : [])).map(
          ([time, text]) => [time, Number(text)] satisfies [number, number],
        ),
      }));
    }),
  );
  return found.flat();
}

const legend = (format = "", labels: Record<string, string>): string =>
  format.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? "").trim() || "Value";
