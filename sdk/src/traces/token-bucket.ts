import type { Clock } from "../clock.ts";

/** So many per second on average, and as many at once after a quiet second. */
export class TokenBucket {
  readonly #clock: Clock;
  #perSecond: number;
  #tokens: number;
  #filledAt: number;

  constructor(perSecond: number, clock: Clock) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
    this.#filledAt = clock.now();
  }

  set perSecond(perSecond: number) {
    this.#fill();
    this.#perSecond = perSecond;
    this.#tokens = Math.min(this.#tokens, perSecond);
  }

  /** Whether there was one to take. */
  take(): boolean {
    if (this.#tokens < this.#perSecond) this.#fill();
    if (this.#tokens < 1) return false;
    // From here on time counts: a full bucket does not gather more.
    if (this.#tokens === this.#perSecond) this.#filledAt = this.#clock.now();
    this.#tokens--;
    return true;
  }

  #fill(): void {
    const now = this.#clock.now();
    // A clock that was set back fills nothing.
    const gained = (Math.max(0, now - this.#filledAt) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#perSecond, this.#tokens + gained);
    this.#filledAt = now;
  }
}
