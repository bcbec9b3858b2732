import { ask, type Backend, Refusal } from "../../../dashboards/backend.ts";
import { findLines, type LogLine } from "../../../dashboards/evidence.ts";
import { exactly } from "../../../dashboards/interpolation.ts";
import { type OtlpTrace, type Span, spansOf } from "./spans.ts";

export interface Trace {
  id: string;
  /** In milliseconds since 1970. */
  start: number;
  durationMs: number;
  /** As they are read: each before those that it caused. */
  spans: Span[];
}

const deadlineMs = 8000;

/** @throws Error when Tempo does not answer; undefined when it has no such trace. */
export async function readTrace(tempo: Backend, id: string): Promise<Trace | undefined> {
  try {
    const signal = AbortSignal.timeout(deadlineMs);
    const spans = spansOf(await ask<OtlpTrace>(tempo, `/api/traces/${id}`, {}, { signal }));
    const start = Math.min(...spans.map((span) => span.start));
    const end = Math.max(...spans.map((span) => span.start + span.durationMs));
    return spans.length > 0 ? { id, start, durationMs: end - start, spans } : undefined;
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return undefined;
    throw error;
  }
}

/** Logs arrive around their span, not within it. */
const aroundSeconds = 300;
const mostLines = 500;

/** The log lines of a trace, oldest first. */
export async function linesOf(loki: Backend, { id, start, durationMs, spans }: Trace): Promise<LogLine[]> {
  const services = [...new Set(spans.map(({ service }) => service))].map(exactly).join("|");
  const lines = await findLines(loki, {
    query: `{service_name=~"${services}"} | trace_id="${id}"`,
    limit: mostLines,
    from: Math.floor(start / 1000) - aroundSeconds,
    to: Math.ceil((start + durationMs) / 1000) + aroundSeconds,
    signal: AbortSignal.timeout(deadlineMs),
  });
  return lines.reverse();
}
