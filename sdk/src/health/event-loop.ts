import type { Clock } from "../clock.ts";
import type { HealthResult } from "./check.ts";

export interface EventLoopWatchOptions {
  /** From here a turn of the loop counts as a stall, in ms. */
  readonly stallMs: number;
  readonly clock: Clock;
  /** Called after each stall. */
  readonly onStall: (durationMs: number) => void;
  /** Ms since some fixed point, which no setting of the clock moves. Default: `performance.now`. */
  readonly monotonicMs?: () => number;
}

/** How long after a stall the check still tells of it. */
const rememberedMs = 10_000;

/** The share of stalled time is that of about this long. */
const windowMs = 30_000;

/** One stall weighs no more than this: to survive a single long one is no reason to be killed afterwards. */
const heaviestStallMs = 10_000;

/** The loop counts as dead from the first share of stalled time on, and as alive again below the second. */
const deadShare = 0.5;
const aliveShare = 0.25;

/**
 * Watches the event loop by a timer, from the loop itself: a stall can be told when it is over only. While the loop stands
 * still nothing answers at all, which a liveness probe takes as a failure by its own timeout. What is added here is the loop
 * that keeps stalling, and answers in between.
 */
export class EventLoopWatch {
  readonly #options: EventLoopWatchOptions;
  readonly #periodMs: number;
  readonly #now: () => number;
  #cancel: () => void = () => {};
  #dueMs = 0;
  #stalledShare = 0;
  #isAlive = true;
  #last: { durationMs: number; endMs: number } | undefined;

  constructor(options: EventLoopWatchOptions) {
    this.#options = options;
    this.#now = options.monotonicMs ?? (() => performance.now());
    this.#periodMs = Math.min(500, options.stallMs / 2);
    this.#await();
  }

  /** False when the loop stood still for most of the last half minute, in several stalls; true again when that is past. */
  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** A health check: fails for ten seconds after a stall. */
  readonly check = (): HealthResult => {
    if (!this.#last) return { ok: true };
    const { durationMs, endMs } = this.#last;
    const agoMs = this.#now() - endMs;
    const detail = `stood still for ${Math.round(durationMs)} ms, ${Math.round(agoMs / 1000)} s ago`;
    return agoMs < rememberedMs ? { ok: false, detail } : { ok: true };
  };

  stop(): void {
    this.#cancel();
  }

  #await(): void {
    this.#dueMs = this.#now() + this.#periodMs;
    this.#cancel = this.#options.clock.after(this.#periodMs, () => this.#look());
  }

  #look(): void {
    const { stallMs, onStall } = this.#options;
    const now = this.#now();
    const lateMs = now - this.#dueMs;
    const stalled = lateMs >= stallMs;
    const elapsedMs = Math.min(this.#periodMs + Math.max(0, lateMs), heaviestStallMs);
    const weight = 1 - Math.exp(-elapsedMs / windowMs);
    this.#stalledShare += ((stalled ? 1 : 0) - this.#stalledShare) * weight;
    this.#isAlive = this.#stalledShare < (this.#isAlive ? deadShare : aliveShare);
    if (stalled) {
      this.#last = { durationMs: lateMs, endMs: now };
      onStall(lateMs);
    }
    this.#await();
  }
}
