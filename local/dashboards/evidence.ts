import { ask, type Backend } from "./backend.ts";
import type { Range } from "./query.ts";

/** A line of a log, with what Loki knows of it. */
export interface LogLine {
  /** In milliseconds since 1970. */
  time: number;
  /** E.g. `error`; empty where Loki could not tell. */
  level: string;
  service: string;
  tenant: string;
  text: string;
  /** Of the trace that it belongs to, if any. */
  traceId: string | undefined;
}

/** A trace as a search finds it. */
export interface FoundTrace {
  traceId: string;
  /** In milliseconds since 1970. */
  start: number;
  durationMs: number;
  /** Of its root, as its name. */
  service: string;
  name: string;
}

interface LogAnswer {
  data: { result: { stream: Record<string, string>; values: [nanoseconds: string, line: string][] }[] };
}

interface TraceAnswer {
  traces?: {
    traceID: string;
    startTimeUnixNano?: string;
    rootServiceName?: string;
    rootTraceName?: string;
    durationMs?: number;
  }[];
}

interface Search extends Range {
  query: string;
  limit: number;
  signal?: AbortSignal | undefined;
}

/** Loki and Tempo write times in nanoseconds since 1970, which are more than a number holds. */
const millisecondsOf = (nanoseconds: string) => Number(nanoseconds.slice(0, -6));

/** The newest log lines that a query finds in Loki, newest first. */
export async function findLines(
  backend: Backend,
  { query, limit, from, to, signal }: Search,
): Promise<LogLine[]> {
  const parameters = { query, limit: String(limit), start: String(from), end: String(to) };
  const { data } = await ask<LogAnswer>(backend, "/loki/api/v1/query_range", parameters, { signal });
  return data.result
    .flatMap(({ stream, values }) =>
      values.map(([nanoseconds, text]) => ({
        time: millisecondsOf(nanoseconds),
        level: stream["detected_level"] ?? "",
        service: stream["service_name"] ?? "",
        // The second is whose answer it was, of several tenants that were asked at once.
        tenant: stream["tenant_id"] ?? stream["__tenant_id__"] ?? "",
        text,
        traceId: stream["trace_id"],
      })),
    )
    .toSorted((a, b) => b.time - a.time);
}

/** The traces that a query finds in Tempo, newest first. */
export async function findTraces(
  backend: Backend,
  { query, limit, from, to, signal }: Search,
): Promise<FoundTrace[]> {
  // Tempo takes no fractions of seconds.
  const [start, end] = [Math.floor(from), Math.ceil(to)];
  const parameters = { q: query, limit: String(limit), start: String(start), end: String(end) };
  const { traces = [] } = await ask<TraceAnswer>(backend, "/api/search", parameters, { signal });
  return traces
    .map(({ traceID, startTimeUnixNano = "", rootServiceName, rootTraceName, durationMs }) => ({
      // Tempo leaves out zeros at the beginning.
      traceId: traceID.padStart(32, "0"),
      start: millisecondsOf(startTimeUnixNano),
      durationMs: durationMs ?? 0,
      service: rootServiceName ?? "",
      name: rootTraceName ?? "",
    }))
    .toSorted((a, b) => b.start - a.start);
}
