import assert from "node:assert/strict";
import { eventually, type Live } from "../../../support/live.ts";
import { counterName } from "./otlp.ts";

interface Trace {
  batches: { scopeSpans: { spans: { name: string }[] }[] }[];
}

interface Search {
  traces: { traceID: string; spanSets: { spans: { name: string }[] }[] }[];
}

interface Lines {
  data: { result: { values: [nanoseconds: string, line: string][] }[] };
}

interface Series {
  data: { result: { metric: Record<string, string>; values: [seconds: number, value: string][] }[] };
}

/** Spans of one trace. */
interface Batch {
  traceId: string;
  count: number;
}

/**
 * The names of a service's spans that a tenant finds since a time (ms since 1970): those that a search shows, and of a trace
 * that it does not show as a whole those that its id leads to.
 */
export async function spansSearched(
  live: Live,
  tenant: string,
  since: number,
  service: string,
  batches: readonly Batch[],
): Promise<string[]> {
  const { traces } = await live.ask<Search>(tenant, "tempo", "/api/search", {
    q: `{ resource.service.name = "${service}" } | select(name)`,
    start: String(Math.floor(since / 1000)),
    end: String(Math.ceil(Date.now() / 1000) + 1),
    limit: "100000",
    spss: "100",
  });
  const namesOf = new Map(
    traces.map(({ traceID, spanSets }) => [
      traceID.padStart(32, "0"),
      spanSets.flatMap(({ spans }) => spans.map(({ name }) => name)),
    ]),
  );
  for (const { traceId, count } of batches)
    if (namesOf.get(traceId)?.length !== count)
      namesOf.set(traceId, await spansFound(live, tenant, [traceId]));
  return [...namesOf.values()].flat();
}

/** The names of the spans that a tenant finds by the ids of their traces. */
export async function spansFound(live: Live, tenant: string, traceIds: readonly string[]): Promise<string[]> {
  const names: string[] = [];
  for (const traceId of traceIds) names.push(...(await spansOfTrace(live, tenant, traceId)));
  return names;
}

const answerSeconds = 60;

async function spansOfTrace(live: Live, tenant: string, traceId: string): Promise<string[]> {
  const { batches } = await eventually(`an answer about trace ${traceId}`, answerSeconds, async () => {
    const response = await fetch(`${live.endpoint("tempo")}/api/traces/${traceId}`, {
      headers: { authorization: `Bearer ${live.token(tenant)}` },
    });
    const text = await response.text();
    if (response.status === 404) return { batches: [] };
    // A busy machine takes longer than Tempo waits for the object store.
    return response.ok ? (JSON.parse(text) as Trace) : undefined;
  });
  return batches.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name)),
  );
}

const linesPerPage = 2000;

/** The first word of every line of a service that a tenant finds since a time (ms since 1970), as often as it is there. */
export async function linesFound(
  live: Live,
  tenant: string,
  since: number,
  service: string,
): Promise<string[]> {
  const words: string[] = [];
  for (let start = BigInt(since) * 1_000_000n; ;) {
    const { data } = await live.ask<Lines>(tenant, "loki", "/loki/api/v1/query_range", {
      query: `{service_name="${service}"} | line_format \`{{ __line__ | trunc 40 }}\``,
      start: String(start),
      end: `${Date.now() + 1000}000000`,
      direction: "forward",
      limit: String(linesPerPage),
    });
    const page = data.result.flatMap(({ values }) => values);
    words.push(...page.map(([, line]) => line.split(" ")[0] ?? ""));
    if (page.length < linesPerPage) return words;
    // No two lines have the same time.
    start = page.map(([time]) => BigInt(time)).reduce((a, b) => (a > b ? a : b)) + 1n;
  }
}

/** The values of a service's counter that a tenant finds since a time (ms since 1970), the oldest first. */
export async function valuesFound(
  live: Live,
  tenant: string,
  since: number,
  service: string,
): Promise<number[]> {
  const seconds = Math.ceil((Date.now() - since) / 1000) + 1;
  const { data } = await live.ask<Series>(tenant, "prometheus", "/api/v1/query", {
    query: `${counterName}{service="${service}"}[${seconds}s]`,
  });
  for (const { metric } of data.result) assert.equal(metric["tenant_id"], tenant);
  return data.result.flatMap(({ values }) => values.map(([, value]) => Number(value)));
}
