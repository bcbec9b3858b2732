import type { TracerProvider } from "@opentelemetry/api";
import type { Clock } from "../clock.ts";
import type { DropReason } from "../names/index.ts";
import { LocalTraces } from "./local-traces.ts";
import type { ReadableSpan } from "./readable-span.ts";
import { RecordingTracerProvider } from "./recording-tracer.ts";
import { LocalRootSampler, type SamplingRates } from "./sampler.ts";
import type { RecordingSpan } from "./span.ts";

/** Where the spans go that are kept. */
export interface SpanSink {
  accept(span: ReadableSpan): void;
}

export interface TracingCoreOptions extends SamplingRates {
  /** From this duration of its local root on, a local trace is kept whatever the sampling rate says, in ms. */
  readonly slowOperationMs: number;
  /** Most ended spans that wait for the decision about their local trace. Default: 5000, some 5 MiB. */
  readonly maxBufferedSpans?: number;
  /** Tenant of the spans that name none and whose context carries none. */
  readonly tenantId: string;
  readonly sink: SpanSink;
  readonly clock: Clock;
  /**
   * Told of spans that would have been kept: `queue_full` when they could not wait for the decision, `shed` by the memory guard
   * (what would have come about below a span that it refused is not known), `shutdown` when they ended after it, `invalid` when
   * the sink threw.
   */
  readonly onDrop: (reason: DropReason, spans: number) => void;
}

/** No operation is awaited longer than this. */
const longestWaitMs = 5 * 60_000;

/**
 * All tracing of the process: what becomes a span, and which spans are kept.
 *
 * A trace is kept by the sampling rate, as `LocalRootSampler` decides when its local root starts: its spans go to the sink as
 * they end. Of all other traces, `LocalTraces` keeps those that fail or are slow. The sampled flag that downstream services
 * see is the rate's decision: how a trace ends is not known when it calls them. They keep their own part by the same rules.
 */
export class TracingCore {
  readonly provider: TracerProvider;
  readonly #options: TracingCoreOptions;
  readonly #sampler: LocalRootSampler;
  readonly #traces: LocalTraces;
  /** Why spans are refused at present. */
  #refusing: DropReason | undefined;

  constructor(options: TracingCoreOptions) {
    const { clock, tenantId, slowOperationMs } = options;
    this.#options = options;
    this.#sampler = new LocalRootSampler(options, clock, () => {
      if (this.#refusing === "shed") options.onDrop("shed", 1);
    });
    this.#traces = new LocalTraces({
      maxSpans: options.maxBufferedSpans ?? 5_000,
      maxWaitMs: Math.max(longestWaitMs, 2 * slowOperationMs),
      slowMs: slowOperationMs,
      clock,
      admit: () => this.#sampler.admit(),
      keep: (span) => this.#keep(span),
      lose: (spans) => options.onDrop("queue_full", spans),
    });
    this.provider = new RecordingTracerProvider({
      sampler: this.#sampler,
      tenantId,
      clock,
      onEnd: (span) => this.#ended(span),
    });
  }

  /** Changes the rates at run time, for local roots that start from now on. Values as in the options. */
  setSampling(change: Partial<SamplingRates>): void {
    this.#sampler.set(change);
  }

  /** Sheds load: at 1 a tenth of the sampling rate counts; from 2 on nothing is recorded, and what waits is given up. */
  setShedding(level: 0 | 1 | 2 | 3): void {
    if (this.#refusing === "shutdown") return;
    this.#sampler.share = level === 1 ? 0.1 : 1;
    this.#sampler.off = level >= 2;
    this.#refusing = level >= 2 ? "shed" : undefined;
    if (level < 2) return;
    const known = this.#traces.clear();
    if (known > 0) this.#options.onDrop("shed", known);
  }

  /** Hands over what waits for a decision, for there may be no time left to take it. */
  flush(): void {
    this.#traces.flush();
  }

  /** Flushes and ends: spans that start from now on record nothing. */
  shutdown(): Promise<void> {
    this.#traces.flush();
    this.#traces.clear();
    this.#sampler.off = true;
    this.#refusing = "shutdown";
    return Promise.resolve();
  }

  #ended(span: RecordingSpan): void {
    const { local } = span;
    if (this.#refusing) {
      if (!local || local.decision === "keep") this.#options.onDrop(this.#refusing, 1);
    } else if (local) {
      this.#traces.ended(span, local, span.isLocalRoot);
    } else {
      this.#keep(span);
    }
  }

  #keep(span: ReadableSpan): void {
    try {
      this.#options.sink.accept(span);
    } catch {
      this.#options.onDrop("invalid", 1);
    }
  }
}
