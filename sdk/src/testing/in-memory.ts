import type { ReadableSpan } from "../traces/readable-span.ts";
import type { Outlets } from "../export/outlets.ts";

/** Keeps what would be sent, as it was handed over. */
export interface InMemory {
  readonly spans: ReadableSpan[];
  /** Each line as parsed JSON. */
  readonly logs: Record<string, unknown>[];
  readonly outlets: Outlets;
}

/** Outlets that send nothing. */
export function inMemory(): InMemory {
  const spans: ReadableSpan[] = [];
  const logs: Record<string, unknown>[] = [];
  return {
    spans,
    logs,
    outlets: {
      spans: { accept: (span) => void spans.push(span) },
      logs: { accept: (line) => void logs.push(JSON.parse(line) as Record<string, unknown>) },
      metrics: undefined,
      signals: [],
      drop() {},
      counts: () => undefined,
      reachable: () => undefined,
      flush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
      saveSync() {},
    },
  };
}
