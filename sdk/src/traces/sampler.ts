import { type Context, isSpanContextValid, type SpanContext, trace, TraceFlags } from "@opentelemetry/api";
import { type Sampler, SamplingDecision, type SamplingResult } from "@opentelemetry/sdk-trace";
import type { Clock } from "../clock.ts";
import { TokenBucket } from "./token-bucket.ts";

export interface SamplingRates {
  /** Share of the traces that is kept, 0 to 1. */
  readonly samplingRate: number;
  /** Most local traces that are kept in a second, whatever the reason. */
  readonly maxTracesPerSecond: number;
}

const sample: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED };
const recordOnly: SamplingResult = { decision: SamplingDecision.RECORD };
const ignore: SamplingResult = { decision: SamplingDecision.NOT_RECORD };

/**
 * Decides at the start of a span. A child does as its parent does. A local root does as its remote parent does or, without
 * one, as the sampling rate says of its trace id; in both cases only as far as the rate cap goes. What is not sampled is
 * recorded all the same: its trace may still fail or be slow.
 */
export class LocalRootSampler implements Sampler {
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

  shouldSample(context: Context, traceId: string): SamplingResult {
    const parent = trace.getSpanContext(context);
    const valid = parent !== undefined && isSpanContextValid(parent);
    const wanted = valid ? isSampled(parent) : isInShare(traceId, this.#rate * this.#share);
    if (this.#off) {
      if (wanted) this.#onShed();
      return ignore;
    }
    if (!wanted) return recordOnly;
    const isLocalRoot = !valid || parent.isRemote === true;
    return !isLocalRoot || this.admit() ? sample : recordOnly;
  }
}

const isSampled = ({ traceFlags }: SpanContext) => (traceFlags & TraceFlags.SAMPLED) !== 0;

/**
 * The last 56 bits of a trace id are random; of these, the 52 that a number holds exactly are compared with a threshold. A trace
 * that is in a share is in every larger one. Source: OpenTelemetry, "TraceState: Probability Sampling" (R ≥ T).
 */
const isInShare = (traceId: string, share: number) =>
  Number.parseInt(traceId.slice(18, 31), 16) >= (1 - share) * 2 ** 52;
