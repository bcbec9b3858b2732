import { type SpanContext, TraceFlags } from "@opentelemetry/api";
import type { Clock } from "../clock.ts";
import { TokenBucket } from "./token-bucket.ts";

export interface SamplingRates {
  /** Share of the traces that is kept, 0 to 1. */
  readonly samplingRate: number;
  /** Most local traces that are kept in a second, whatever the reason. */
  readonly maxTracesPerSecond: number;
}

/** `record`: kept only if its local trace fails or is slow; `ignore`: nothing is known of it afterwards. */
export type SamplingDecision = "sample" | "record" | "ignore";

/**
 * Decides at the start of a span. A child does as its parent does. A local root does as its remote parent does or, without
 * one, as the sampling rate says of its trace id; in both cases only as far as the rate cap goes. What is not sampled is
 * recorded all the same: its trace may still fail or be slow.
 */
export class LocalRootSampler {
  readonly #bucket: TokenBucket;
  readonly #onShed: () => void;
  #rate: number;
  #share = 1;
  #off = false;

  /** `onShed` is told of each span that would have been sampled but for `off`. */
  constructor(rates: SamplingRates, clock: Clock, onShed: () => void) {
    this.#rate = rates.samplingRate;
    this.#bucket = new TokenBucket(rates.maxTracesPerSecond, clock);
    this.#onShed = onShed;
  }

  set(change: Partial<SamplingRates>): void {
    if (change.samplingRate !== undefined) this.#rate = change.samplingRate;
    if (change.maxTracesPerSecond !== undefined) this.#bucket.perSecond = change.maxTracesPerSecond;
  }

  /** The share of the sampling rate that counts at present, 0 to 1. */
  set share(share: number) {
    this.#share = share;
  }

  /** Nothing is recorded any more. */
  set off(off: boolean) {
    this.#off = off;
  }

  /** Whether one more local trace may be kept in this second. */
  admit(): boolean {
    return this.#bucket.take();
  }

  /** `parent` is a valid one, or absent for the root of a trace. */
  decide(parent: SpanContext | undefined, traceId: string): SamplingDecision {
    const wanted = parent ? isSampled(parent) : isInShare(traceId, this.#rate * this.#share);
    if (this.#off) {
      if (wanted) this.#onShed();
      return "ignore";
    }
    if (!wanted) return "record";
    const isLocalRoot = !parent || parent.isRemote === true;
    return !isLocalRoot || this.admit() ? "sample" : "record";
  }
}

const isSampled = ({ traceFlags }: SpanContext) => (traceFlags & TraceFlags.SAMPLED) !== 0;

/**
 * The last 56 bits of a trace id are random; of these, the 52 that a number holds exactly are compared with a threshold. A trace
 * that is in a share is in every larger one. Source: OpenTelemetry, "TraceState: Probability Sampling" (R ≥ T).
 */
const isInShare = (traceId: string, share: number) =>
  Number.parseInt(traceId.slice(18, 31), 16) >= (1 - share) * 2 ** 52;
