import type { Delivery, DeliveryCounts } from "../delivery/record.ts";
import type { LogSink } from "../logs/core.ts";
import type { DropReason, Signal } from "../names/index.ts";
import type { SpanSink } from "../traces/core.ts";

/** Where finished telemetry goes: to the backends, or into memory in an app's own tests. None of it throws. */
export interface Outlets {
  readonly spans: SpanSink;
  readonly logs: LogSink;
  /** Takes the metrics' snapshots; absent where they are scraped. */
  readonly metrics: Pick<Delivery, "offerSnapshot"> | undefined;
  /** The signals that are delivered. */
  readonly signals: readonly Signal[];
  /** Counts what never became a record of the signal. */
  drop(signal: Signal, reason: DropReason, items: number): void;
  /** `undefined` for a signal that is not delivered. */
  counts(signal: Signal): DeliveryCounts | undefined;
  reachable(signal: Signal): ReturnType<Delivery["reachable"]>;
  /** Resolves when nothing waits any more, or after `timeoutMs`. */
  flush(timeoutMs: number): Promise<void>;
  shutdown(timeoutMs: number): Promise<void>;
  /** As the process ends: takes to disk what is not sent, if there is a spool, and begins no more of it after `timeoutMs`. */
  saveSync(timeoutMs: number): void;
}
