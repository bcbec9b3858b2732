import type { Backend } from "../backend.ts";
import { findLines, findTraces } from "../evidence.ts";
import { type Exemplar, exemplarsOf } from "../exemplars.ts";
import { interpolate } from "../interpolation.ts";
import type { PanelModel } from "../model.ts";
import { type Range, type Series, seriesOf, type Source } from "../query.ts";
import { missingProgram } from "../unavailable.ts";
import type { Size } from "./chart.ts";
import { drawLogs, drawTraces } from "./evidence.ts";
import type { TraceUrl } from "./exemplars.ts";
import { drawHeatmap } from "./heatmap.ts";
import { drawFailure, drawNotice } from "./notice.ts";
import { contentSize } from "./page.ts";
import { drawTable } from "./table.ts";
import { drawTimeSeries, type Mark } from "./time-series.ts";
import { drawBarGauge, drawStat } from "./values.ts";

/** What all panels of a dashboard are drawn by. */
export interface View extends Source {
  range: Range;
  marks: readonly Mark[];
  traceUrl?: TraceUrl;
}

/** What becomes of a panel: a drawing, or none for want of data, of a program or of an answer. */
export type Outcome = { draw: () => string } | { empty: true } | { missing: string } | { reason: string };

export async function outcomeOf(panel: PanelModel, view: View): Promise<Outcome> {
  const { datasource = { type: "", uid: "" } } = panel;
  const backend = view.backendOf(datasource);
  if (backend === undefined) return { missing: datasource.type };
  try {
    const find = finders[datasource.type];
    if (!find) throw new Error(`There is no drawing of what a datasource of type ${datasource.type} finds.`);
    const draw = await find(panel, backend, view);
    if (draw !== undefined) return { draw };
    const missing = missingProgram(panel.targets.map(({ expr = "" }) => expr));
    return missing === undefined ? { empty: true } : { missing };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

export function contentOf(panel: PanelModel, outcome: Outcome): string {
  const size = contentSize(panel);
  if ("draw" in outcome) return outcome.draw();
  if ("reason" in outcome) return drawFailure(outcome.reason, size);
  const { noValue = "No data" } = panel.fieldConfig.defaults;
  return drawNotice("empty" in outcome ? noValue : `Needs ${outcome.missing}, which does not run here`, size);
}

/** Asks, and gives what draws the answers; undefined when nothing is found. */
type Find = (panel: PanelModel, backend: Backend, view: View) => Promise<(() => string) | undefined>;

const mostRows = 20;

const findSeries: Find = async (panel, backend, view) => {
  const draw = drawings[panel.type];
  if (!draw) throw new Error(`There is no drawing of a panel of type ${panel.type} (${panel.title}).`);
  const [series, exemplars] = await Promise.all([
    seriesOf(panel, view.range, view, backend),
    exemplarsOf(panel, view.range, view, backend),
  ]);
  const isSomething = series.some(({ points }) => points.some(([, value]) => Number.isFinite(value)));
  return isSomething ? () => draw(panel, { series, exemplars, ...view }, contentSize(panel)) : undefined;
};

const findLogs: Find = async (panel, backend, view) => {
  const lines = await findLines(backend, searchOf(panel, view));
  return lines.length > 0 ? () => drawLogs(lines, contentSize(panel), view.traceUrl) : undefined;
};

const searchTraces: Find = async (panel, backend, view) => {
  const traces = await findTraces(backend, searchOf(panel, view));
  return traces.length > 0 ? () => drawTraces(traces, contentSize(panel), view.traceUrl) : undefined;
};

/** By the type of the datasource. */
const finders: Record<string, Find> = { prometheus: findSeries, loki: findLogs, tempo: searchTraces };

interface Found extends Pick<View, "range" | "marks" | "traceUrl"> {
  series: (Series & { refId: string })[];
  exemplars: Exemplar[];
}

/** By the type of the panel. */
const drawings: Record<string, (panel: PanelModel, found: Found, size: Size) => string> = {
  timeseries: (panel, { series, range, marks, exemplars, traceUrl }, size) =>
    drawTimeSeries(panel, series, size, range, marks, exemplars, traceUrl),
  heatmap: (_, { series, range, exemplars, traceUrl }, size) =>
    drawHeatmap(series, size, range, exemplars, traceUrl),
  stat: (panel, { series }, size) => drawStat(panel, series, size),
  bargauge: (panel, { series }, size) => drawBarGauge(panel, series, size),
  table: (panel, { series }, size) => drawTable(panel, series, size),
};

function searchOf(
  { targets: [target] }: PanelModel,
  { scrapeIntervalSeconds, variables, signal, range }: View,
) {
  const query = interpolate(target?.expr ?? target?.query ?? "", {
    intervalSeconds: 60,
    scrapeIntervalSeconds,
    ...(variables ? { variables } : {}),
  });
  return { ...range, query, limit: mostRows, signal };
}
