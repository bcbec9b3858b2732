import { ask, type Backend } from "./backend.ts";
import { interpolate } from "./interpolation.ts";
import type { PanelModel } from "./model.ts";
import type { Range, Source } from "./query.ts";

/** One event of a histogram, and the trace that it was part of. */
export interface Exemplar {
  /** Since 1970. */
  seconds: number;
  value: number;
  traceId: string;
}

interface Answer {
  data: { exemplars: { labels: Record<string, string>; value: string; timestamp: number }[] }[];
}

/** More would cover what they belong to. */
const slots = 40;

/** The exemplars of a panel: of each short time the largest, for that is the one to look at. */
export async function exemplarsOf(
  panel: PanelModel,
  { from, to }: Range,
  { scrapeIntervalSeconds, variables = {}, signal }: Source,
  backend: Backend,
): Promise<Exemplar[]> {
  const targets = panel.targets.filter(({ exemplar }) => exemplar);
  const found = await Promise.all(
    targets.map(({ expr = "" }) => {
      const query = interpolate(expr, { intervalSeconds: 60, scrapeIntervalSeconds, variables });
      const parameters = { query, start: String(from), end: String(to) };
      return ask<Answer>(backend, "/api/v1/query_exemplars", parameters, { method: "POST", signal });
    }),
  );
  const exemplars = found
    .flatMap(({ data }) => data.flatMap((series) => series.exemplars))
    .flatMap(({ labels, value, timestamp }): Exemplar[] =>
      labels["trace_id"] ? [{ seconds: timestamp, value: Number(value), traceId: labels["trace_id"] }] : [],
    )
    .filter(({ seconds }) => seconds >= from && seconds <= to);
  const slotOf = ({ seconds }: Exemplar) => Math.floor(((seconds - from) / (to - from)) * slots);
  return [...Map.groupBy(exemplars, slotOf).values()].map((some) =>
    some.reduce((largest, each) => (each.value > largest.value ? each : largest)),
  );
}
