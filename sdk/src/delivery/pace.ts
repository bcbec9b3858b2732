import type { Failure } from "./answer.ts";
import { backoffMs, repairPauseMs } from "./backoff.ts";

/** When to try next, in ms since the epoch: at once while the backend answers, after a pause that grows while it does not. */
export class Pace {
  #failures = 0;
  #lastFailureAt = 0;
  #notBefore = 0;
  /** Until when the backend itself asked for patience. */
  #askedFor = 0;

  /** Whether the last request failed, and was not to blame itself: one request at a time then. */
  get isProbing(): boolean {
    return this.#failures > 0;
  }

  get notBefore(): number {
    return this.#notBefore;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#notBefore = 0;
    this.#askedFor = 0;
  }

  failed({ reason, retryAfterMs }: Failure, startedAt: number, now: number): void {
    // One that was under way already when another failed says nothing new.
    if (!this.isProbing || startedAt >= this.#lastFailureAt) {
      this.#failures++;
      this.#lastFailureAt = now;
      this.postpone(now + (reason === "unauthorized" ? repairPauseMs() : backoffMs(this.#failures)));
    }
    if (retryAfterMs !== undefined) {
      this.#askedFor = Math.max(this.#askedFor, now + retryAfterMs);
      // All that were asked for the same patience must not come back at the same moment.
      this.postpone(this.#askedFor + backoffMs(1));
    }
  }

  postpone(until: number): void {
    this.#notBefore = Math.max(this.#notBefore, until);
  }

  /** Cuts the pause short, but for what the backend asked for. */
  hurry(): void {
    if (this.isProbing) this.#failures = 1;
    this.#notBefore = this.#askedFor;
  }
}
