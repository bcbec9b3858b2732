import type { Clock } from "../../src/clock.ts";

/** Time that passes faster than it does: for what waits for real sockets and disks, and would wait for seconds. */
export class FastClock implements Clock {
  readonly #factor: number;
  #start = Date.now();
  readonly #startedAt = performance.now();

  constructor(factor = 100) {
    this.#factor = factor;
  }

  now(): number {
    return Math.round(this.#start + (performance.now() - this.#startedAt) * this.#factor);
  }

  /** Jumps ahead, as a clock does that is set right: what waits for its timer goes on waiting. */
  skip(ms: number): void {
    this.#start += ms;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = setTimeout(callback, delayMs / this.#factor);
    timer.unref();
    return () => clearTimeout(timer);
  }
}

/** Resolves when it holds; for what no event tells. Rejects after `patienceMs`. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  patienceMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`It never held that ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
