import { logLines, traceLines } from "../evidence.ts";
import { interpolate } from "../interpolation.ts";
import { type DashboardModel, type PanelModel, secondsOf } from "../model.ts";
import { ask, type Series, seriesOf, type Source } from "../query.ts";
import type { Size } from "./chart.ts";
import { drawHeatmap } from "./heatmap.ts";
import { drawLines, drawNotice } from "./lines.ts";
import { contentSize, page } from "./page.ts";
import { drawTable } from "./table.ts";
import { drawTimeSeries, type Mark, type Range } from "./time-series.ts";
import { drawBarGauge, drawStat } from "./values.ts";

type Found = (Series & { refId: string })[];

const drawings: Record<
  string,
  (panel: PanelModel, found: Found, size: Size, range: Range, marks: readonly Mark[]) => string
> = {
  timeseries: drawTimeSeries,
  heatmap: (_, found, size, range) => drawHeatmap(found, size, range),
  stat: drawStat,
  bargauge: drawBarGauge,
  table: drawTable,
};

export interface Drawn {
  svg: string;
  /** Titles of the panels whose queries found nothing. */
  empty: string[];
}

/**
 * Draws a dashboard with what its queries find.
 * @param data says where that is from.
 */
export async function drawDashboard(dashboard: DashboardModel, source: Source, data: string): Promise<Drawn> {
  const rangeSeconds = secondsOf(dashboard.time.from);
  const range = { from: source.end - rangeSeconds, to: source.end };
  const marks = await marksOf(dashboard, source, range);
  const contents = new Map<PanelModel, string>();
  const empty: string[] = [];
  for (const panel of dashboard.panels) {
    if (panel.type === "row") continue;
    const content = await contentOf(panel, source, range, marks);
    if (content === undefined) empty.push(panel.title);
    contents.set(panel, content ?? drawNotice("No data", contentSize(panel)));
  }
  return { svg: page(dashboard, contents, data), empty };
}

async function contentOf(
  panel: PanelModel,
  source: Source,
  range: Range,
  marks: readonly Mark[],
): Promise<string | undefined> {
  const { type = "" } = panel.datasource ?? {};
  const url = source.urls[type];
  const size = contentSize(panel);
  if (url === undefined) return drawNotice(`There is nothing to draw from: --${type} URL names one`, size);
  if (type !== "prometheus") {
    const lines = await (type === "loki" ? logLines : traceLines)(panel, url, range.from, range.to);
    return lines.length > 0 ? drawLines(lines, size) : undefined;
  }
  const found = await seriesOf(panel, range.to - range.from, source, url);
  const draw = drawings[panel.type];
  if (!draw) throw new Error(`There is no drawing of a panel of type ${panel.type} (${panel.title}).`);
  return found.some(({ points }) => points.some(([, value]) => Number.isFinite(value)))
    ? draw(panel, found, size, range, marks)
    : undefined;
}

/** When each of the dashboard's annotations began to hold. */
async function marksOf(
  { annotations }: DashboardModel,
  { urls, end }: Source,
  { from }: Range,
): Promise<Mark[]> {
  const url = urls["prometheus"];
  if (url === undefined) return [];
  const step = 120;
  const found = await Promise.all(
    annotations.list.map(async ({ expr, iconColor }) => {
      const query = interpolate(expr, { intervalSeconds: step, scrapeIntervalSeconds: 30 });
      const parameters = {
        query,
        start: String(from),
        end: String(end),
        step: String(Math.max(step, (end - from) / 10_000)),
      };
      const result = await ask(url, "/api/v1/query_range", parameters);
      return result.flatMap(({ values = [] }) =>
        values.slice(0, 1).map(([seconds]) => ({ seconds, color: iconColor })),
      );
    }),
  );
  return found.flat();
}
