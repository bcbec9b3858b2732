import { setImmediate as nextTurn } from "node:timers/promises";
import { interpolate } from "../interpolation.ts";
import { type DashboardModel, type PanelModel, secondsOf } from "../model.ts";
import { askForSeries, type Range, type Source } from "../query.ts";
import type { TraceUrl } from "./exemplars.ts";
import { page } from "./page.ts";
import { contentOf, type Outcome, outcomeOf } from "./panel.ts";
import type { Mark } from "./time-series.ts";

interface DrawOptions extends Source {
  /** How far back it looks. Default: as far as the dashboard does at first. */
  rangeSeconds?: number;
  /** Says where the data are from. */
  data: string;
  traceUrl?: TraceUrl;
}

export interface Drawn {
  svg: string;
  /** Titles of the panels whose queries found nothing. */
  empty: string[];
  /** Those which found nothing because they are of a program that does not run without a cluster. */
  unavailable: { title: string; program: string }[];
  /** Those whose queries had no answer. */
  failed: { title: string; reason: string }[];
}

/** Draws a dashboard with what its queries find; a panel whose queries fail shows why. */
export async function drawDashboard(dashboard: DashboardModel, options: DrawOptions): Promise<Drawn> {
  const { end, rangeSeconds = secondsOf(dashboard.time.from), data } = options;
  const range = { from: end - rangeSeconds, to: end };
  // Without marks a graph is still worth drawing; what fails for them fails for the panels too.
  const marks = await marksOf(dashboard, options, range).catch(() => []);
  const panels = dashboard.panels.filter(({ type }) => type !== "row");
  const outcomes = new Map<PanelModel, Outcome>();
  await Promise.all(
    panels.map(async (panel) => outcomes.set(panel, await outcomeOf(panel, { ...options, range, marks }))),
  );
  const contents = new Map<PanelModel, string>();
  for (const [panel, outcome] of outcomes) {
    contents.set(panel, contentOf(panel, outcome));
    // Drawing takes its time, in which others want something too.
    await nextTurn();
  }
  return { svg: page(dashboard, contents, data), ...summaryOf(panels, outcomes) };
}

function summaryOf(
  panels: readonly PanelModel[],
  outcomes: ReadonlyMap<PanelModel, Outcome>,
): Omit<Drawn, "svg"> {
  const summary: Omit<Drawn, "svg"> = { empty: [], unavailable: [], failed: [] };
  for (const panel of panels) {
    const { title } = panel;
    const outcome = outcomes.get(panel) ?? { empty: true };
    if ("empty" in outcome) summary.empty.push(title);
    if ("missing" in outcome) summary.unavailable.push({ title, program: outcome.missing });
    if ("reason" in outcome) summary.failed.push({ title, reason: outcome.reason });
  }
  return summary;
}

/** When each of the dashboard's annotations began to hold. */
async function marksOf(
  { annotations }: DashboardModel,
  { backendOf, scrapeIntervalSeconds, variables = {}, signal }: Source,
  { from, to }: Range,
): Promise<Mark[]> {
  const intervalSeconds = 120;
  const found = await Promise.all(
    annotations.list.map(async ({ datasource, expr, iconColor }) => {
      const backend = backendOf(datasource);
      if (backend === undefined) return [];
      const parameters = {
        query: interpolate(expr, { intervalSeconds, scrapeIntervalSeconds, variables }),
        start: String(from),
        end: String(to),
        step: String(Math.max(intervalSeconds, (to - from) / 10_000)),
      };
      const result = await askForSeries(backend, "/api/v1/query_range", parameters, signal);
      return result.flatMap(({ values = [] }) =>
        values.slice(0, 1).map(([seconds]) => ({ seconds, color: iconColor })),
      );
    }),
  );
  return found.flat();
}
