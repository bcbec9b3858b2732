import type { Backend } from "../../../dashboards/backend.ts";
import { findLines, findTraces } from "../../../dashboards/evidence.ts";
import { answered, type Desk, messageOf } from "../desk.ts";
import { html, type Markup } from "../html.ts";
import { linesTable } from "../pages/lines.ts";
import { searchPage, tracesTable } from "../pages/search.ts";
import { traceLines, tracePage } from "../pages/trace.ts";
import { HttpError, type Route } from "../server.ts";
import { type Search, searchOf } from "../traces/search.ts";
import { linesOf, readTrace } from "../traces/trace.ts";

const limit = 50;
const deadlineMs = 8000;

/** By the type of the datasource. */
const finders: Record<string, (backend: Backend, search: Search) => Promise<Markup>> = {
  tempo: async (backend, search) =>
    tracesTable(await findTraces(backend, { ...search, limit, signal: AbortSignal.timeout(deadlineMs) })),
  loki: async (backend, search) =>
    linesTable(await findLines(backend, { ...search, limit, signal: AbortSignal.timeout(deadlineMs) })),
};

/** Single traces, and the searches that links of alerts lead to. */
export const traceRoutes = (desk: Desk): Route[] => [
  {
    method: "GET",
    path: /^\/traces\/([0-9a-f]{1,32})$/,
    answer: async (question, written = "") => {
      const id = written.padStart(32, "0");
      const trace = await answered(readTrace(desk.backend("tempo"), id));
      if (trace === undefined) {
        throw new HttpError(
          404,
          `Tempo has no trace ${id}. It may still be on its way; of those that are neither slow nor failed, only a sample is kept.`,
        );
      }
      // The trace is worth seeing without them.
      const lines = await linesOf(desk.backend("loki"), trace).then(
        (lines) => traceLines(lines, id),
        (error: unknown) => html`<p class="bad">${messageOf(error)}</p>`,
      );
      return desk.page(question, {
        title: `Trace ${id}`,
        live: false,
        body: html`${tracePage(trace)}${lines}`,
      });
    },
  },
  {
    method: "GET",
    // Grafana's own address, which alerts link to.
    path: /^\/explore$/,
    answer: async (question) => {
      const search = readSearch(question.parameters.get("panes") ?? "");
      const datasource = desk.datasource(({ uid }) => uid === search.uid);
      const find = finders[datasource.type];
      if (!find) throw new HttpError(404, "Traces and log lines can be searched for here, and nothing else.");
      const body = searchPage(search, await answered(find(datasource, search)));
      return desk.page(question, { title: "Search", live: false, body });
    },
  },
];

function readSearch(panes: string): Search {
  try {
    return searchOf(panes);
  } catch (error) {
    throw new HttpError(400, `That is no search of Grafana's: ${messageOf(error)}`);
  }
}
