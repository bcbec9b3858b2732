import type { Clock } from "../../src/clock.ts";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Time that stands still until the test moves it. */
export class FakeClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  /** `start` in milliseconds since the epoch. */
  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many callbacks wait for their time. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next callback is due; `undefined` if none waits. */
  get nextInMs(): number | undefined {
    const next = this.#next(Infinity);
    return next && next.at - this.#now;
  }

  /** Moves on, calling what falls due at its own time, in order; also what is asked for on the way. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let timer = this.#next(end); timer; timer = this.#next(end)) this.#fire(timer);
    this.#now = end;
  }

  /** As `advance`, and lets promises and I/O that is ready go on after each call and at the end. */
  async run(ms: number): Promise<void> {
    const end = this.#now + ms;
    await turn();
    for (let timer = this.#next(end); timer; timer = this.#next(end)) {
      this.#fire(timer);
      await turn();
    }
    this.#now = Math.max(this.#now, end);
    await turn();
  }

  #fire(timer: Timer): void {
    this.#timers.delete(timer);
    this.#now = Math.max(this.#now, timer.at);
    timer.callback();
  }

  #next(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (timer.at <= end && (!next || timer.at < next.at)) next = timer;
    return next;
  }
}

/** Lets what is due on the event loop happen. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
