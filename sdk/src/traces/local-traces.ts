import { SpanStatusCode } from "@opentelemetry/api";
import type { ReadableSpan } from "./readable-span.ts";
import type { Clock } from "../clock.ts";

/** The spans of one trace below one local root: what happened in this process because of one request, event or job. */
export class LocalTrace {
  /** When its root began, in ms since the epoch. */
  readonly startedAt: number;
  /** What became of it when its root ended. */
  decision: "keep" | "drop" | undefined;
  /** Some span of it ended in error. */
  failed = false;
  /** Ended spans that wait for the decision; absent without any. */
  waiting: ReadableSpan[] | undefined;
  /** When the first of them began to wait, in ms since the epoch. */
  waitingSince = 0;
  /** Some of them ended in error. */
  waitingFailed = false;
  /** Ended spans that could not wait any longer. */
  givenUp = 0;

  constructor(startedAt: number) {
    this.startedAt = startedAt;
  }
}

export interface LocalTracesOptions {
  /** Most ended spans that wait for a decision, of all traces together. */
  readonly maxSpans: number;
  /** Longest wait of a span for its local root to end, in ms. */
  readonly maxWaitMs: number;
  /** From this duration of its root on, a local trace is kept, in ms. */
  readonly slowMs: number;
  readonly clock: Clock;
  /** Whether one more local trace may be kept now. */
  readonly admit: () => boolean;
  readonly keep: (span: ReadableSpan) => void;
  /** Told of spans of a kept trace that could not wait for the decision. */
  readonly lose: (spans: number) => void;
}

/**
 * Decides about the local traces that sampling did not keep. Their spans wait until the local root ends: the trace is then
 * kept as a whole if one of them failed, or the root was slow. Spans that end later follow the decision; one that fails
 * after a trace was dropped is kept, and so are those after it.
 *
 * When spans have waited too long or are too many, the oldest trace that waits is decided with what is known so far: its
 * spans are kept if one of them failed, or if the root is slow already; a root that stays open longer than any wait is
 * taken for the life of a service, and not for a slow operation. The trace then goes on waiting anew. Spans that were not
 * kept then, and whose trace is kept in the end, are reported as lost.
 */
export class LocalTraces {
  readonly #options: LocalTracesOptions;
  /** Those with waiting spans, the one that has waited longest first. */
  readonly #waiting = new Set<LocalTrace>();
  #spans = 0;
  #cancelWatch: (() => void) | undefined;

  constructor(options: LocalTracesOptions) {
    this.#options = options;
  }

  ended(span: ReadableSpan, trace: LocalTrace, isRoot: boolean): void {
    const failed = span.status.code === SpanStatusCode.ERROR;
    if (failed) trace.failed = true;
    if (isRoot && trace.decision === undefined) this.#decide(trace, span);
    else if (failed && trace.decision === "drop") this.#close(trace, this.#options.admit());
    if (trace.decision === "keep") this.#options.keep(span);
    else if (trace.decision === undefined) this.#hold(span, trace, failed);
  }

  /** Keeps all that waits, as if it were known to be worth it: there is no time left to find out. */
  flush(): void {
    for (const trace of this.#waiting) this.#close(trace, true);
  }

  /** Gives up all that waits; returns how many spans of it were known to be kept. */
  clear(): number {
    let known = 0;
    for (const trace of this.#waiting) {
      if (trace.waitingFailed) known += trace.waiting?.length ?? 0;
      this.#release(trace);
    }
    this.#cancelWatch?.();
    this.#cancelWatch = undefined;
    return known;
  }

  #decide(trace: LocalTrace, root: ReadableSpan): void {
    const slow = root.duration[0] * 1e9 + root.duration[1] >= this.#options.slowMs * 1e6;
    this.#close(trace, (trace.failed || slow) && this.#options.admit());
  }

  #close(trace: LocalTrace, keep: boolean): void {
    trace.decision = keep ? "keep" : "drop";
    const waiting = this.#release(trace);
    if (!keep) return;
    for (const span of waiting) this.#options.keep(span);
    if (trace.givenUp > 0) this.#options.lose(trace.givenUp);
  }

  #hold(span: ReadableSpan, trace: LocalTrace, failed: boolean): void {
    if (!trace.waiting) {
      trace.waiting = [];
      trace.waitingSince = this.#options.clock.now();
      this.#waiting.add(trace);
      if (!this.#cancelWatch) this.#watch(this.#options.maxWaitMs);
    }
    trace.waiting.push(span);
    trace.waitingFailed ||= failed;
    this.#spans++;
    for (const oldest of this.#waiting) {
      if (this.#spans <= this.#options.maxSpans) break;
      this.#evict(oldest);
    }
  }

  #watch(delayMs: number): void {
    this.#cancelWatch = this.#options.clock.after(delayMs, () => {
      this.#cancelWatch = undefined;
      this.#evictExpired();
    });
  }

  #evictExpired(): void {
    for (const oldest of this.#waiting) {
      const leftMs = oldest.waitingSince + this.#options.maxWaitMs - this.#options.clock.now();
      if (leftMs > 0) return this.#watch(leftMs);
      this.#evict(oldest);
    }
  }

  #evict(trace: LocalTrace): void {
    const { slowMs, maxWaitMs, clock, admit, keep } = this.#options;
    const age = clock.now() - trace.startedAt;
    const slow = age >= slowMs && age < maxWaitMs;
    const worthKeeping = trace.waitingFailed || slow;
    const waiting = this.#release(trace);
    if (worthKeeping && admit()) for (const span of waiting) keep(span);
    else trace.givenUp += waiting.length;
  }

  #release(trace: LocalTrace): readonly ReadableSpan[] {
    const waiting = trace.waiting ?? none;
    this.#waiting.delete(trace);
    this.#spans -= waiting.length;
    trace.waiting = undefined;
    trace.waitingFailed = false;
    return waiting;
  }
}

const none: readonly ReadableSpan[] = [];
