import { interpolate } from "./interpolation.ts";
import { type PanelModel, secondsOf, type TargetModel } from "./model.ts";

/** Where queries are asked, and of which time. */
export interface Source {
  /** Addresses of the programs, by the type of Grafana's datasource: `prometheus`, `loki`, `tempo`; none where there is none. */
  urls: Readonly<Record<string, string | undefined>>;
  scrapeIntervalSeconds: number;
  /** In seconds since 1970. */
  end: number;
}

export interface Series {
  name: string;
  labels: Record<string, string>;
  /** Times in seconds since 1970. */
  points: [seconds: number, value: number][];
}

interface Answer {
  status: string;
  error?: string;
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

/** The requests of a target: the address that is asked, and its parameters. */
export function request(
  target: TargetModel,
  panel: PanelModel,
  rangeSeconds: number,
  { end, scrapeIntervalSeconds }: Omit<Source, "urls">,
): { path: string; parameters: Record<string, string> } {
  const step = Math.max(stepSeconds(panel, rangeSeconds), scrapeIntervalSeconds);
  const query = interpolate(target.expr ?? "", { intervalSeconds: step, scrapeIntervalSeconds });
  if (target.instant) return { path: "/api/v1/query", parameters: { query, time: String(end) } };
  const last = end - (end % step);
  return {
    path: "/api/v1/query_range",
    parameters: { query, start: String(last - rangeSeconds), end: String(last), step: String(step) },
  };
}

/** Asks Prometheus. */
export async function ask(
  url: string,
  path: string,
  parameters: Record<string, string>,
): Promise<Answer["data"]["result"]> {
  const response = await fetch(url + path, { method: "POST", body: new URLSearchParams(parameters) });
  const { status, error, data } = (await response.json()) as Answer;
  if (status !== "success") throw new Error(`Prometheus does not answer ${parameters["query"]}:\n${error}`);
  return data.result;
}

/** The series of all of a panel's queries, named as Grafana names them. */
export async function seriesOf(
  panel: PanelModel,
  rangeSeconds: number,
  source: Source,
  url: string,
): Promise<(Series & { refId: string })[]> {
  const targets = panel.targets.filter(({ exemplar }) => !exemplar);
  const found = await Promise.all(
    targets.map(async (target) => {
      const { path, parameters } = request(target, panel, rangeSeconds, source);
      const result = await ask(url, path, parameters);
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
