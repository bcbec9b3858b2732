import type { DropReason, ExportFailureReason } from "../names/index.ts";

/** Who made a record: an instrumentation scope. Records of one scope share it in a request; compared by identity. */
export interface Scope {
  readonly name: string;
  readonly version?: string | undefined;
}

/**
 * A span, a log line or a metric, encoded once, when it was made. Requests are put together from these: OTLP's three
 * request messages have the same shape and field numbers down to here.
 */
export interface TelemetryRecord {
  readonly scope: Scope;
  /** The protobuf message `Span`, `LogRecord` or `Metric`, without a field header. */
  readonly bytes: Uint8Array;
  /** What the record counts for: 1 for a span or a line; the data points of a metric. */
  readonly items: number;
}

/**
 * Takes telemetry to a backend. None of its methods throws.
 * At any moment `produced == delivered + dropped + waiting.items`.
 */
export interface Delivery {
  /** Takes a record into the queue, or counts it as dropped. */
  offer(record: TelemetryRecord): void;
  /**
   * Takes all metrics as they are now. What an earlier snapshot holds that still waits may be given up for it: it counts as
   * delivered when this one, or a later one, is acknowledged.
   */
  offerSnapshot(records: readonly TelemetryRecord[]): void;
  /** Counts what never became a record. */
  drop(reason: DropReason, items: number): void;
  /** Sends what waits. Resolves when nothing does any more, or after `timeoutMs`. */
  flush(timeoutMs: number): Promise<void>;
  /** Flushes, gives up what then still waits in memory (what is in the spool stays there), and ends. */
  shutdown(timeoutMs: number): Promise<void>;
  /**
   * Takes to the spool what waits in memory or is being sent, without waiting, and takes no more: for a process that ends now.
   * After `timeoutMs` no further batch is begun. Does nothing without a spool.
   */
  saveSync(timeoutMs: number): void;
  counts(): DeliveryCounts;
  /** Whether the backend answered the last request, and why not; `undefined` before the first. */
  reachable(): { ok: boolean; reason?: ExportFailureReason; at: number } | undefined;
}

/** In items. */
export interface DeliveryCounts {
  produced: number;
  delivered: number;
  dropped: Readonly<Partial<Record<DropReason, number>>>;
  waiting: { items: number; bytes: number };
  /** Failed requests, by reason. */
  failures: Readonly<Partial<Record<ExportFailureReason, number>>>;
}
