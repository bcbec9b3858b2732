import { z } from "zod";
import { secondsOf } from "../../../dashboards/model.ts";

/** A query that a link of Grafana's leads to. */
export interface Search {
  /** Of its datasource. */
  uid: string;
  /** TraceQL or LogQL. */
  query: string;
  /** Times in seconds since 1970. */
  from: number;
  to: number;
}

const panes = z.record(
  z.string(),
  z.object({
    datasource: z.string(),
    queries: z.array(z.object({ query: z.string().optional(), expr: z.string().optional() })).min(1),
    range: z.object({ from: z.string(), to: z.string() }),
  }),
);

/**
 * The search of an address of Grafana's Explore, by its parameter `panes`.
 * @throws Error when it is none.
 */
export function searchOf(parameter: string, now = Date.now()): Search {
  const [pane] = Object.values(panes.parse(JSON.parse(parameter)));
  const [first] = pane?.queries ?? [];
  if (!pane || !first) throw new Error("It holds no query.");
  const { from, to } = pane.range;
  return {
    uid: pane.datasource,
    query: first.query ?? first.expr ?? "",
    from: timeOf(from, now),
    to: timeOf(to, now),
  };
}

/** Milliseconds since 1970, or a time such as `now-1h`, in seconds. */
const timeOf = (text: string, now: number): number => {
  if (/^\d+$/.test(text)) return Number(text) / 1000;
  return now / 1000 - (text === "now" ? 0 : secondsOf(text));
};
