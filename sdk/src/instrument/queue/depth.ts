import { warnOnce } from "../../diagnostics.ts";
import type { QueueState } from "../../names/index.ts";
import { telemetry } from "../../telemetry.ts";
import { hasMethods } from "../wrap.ts";
import { boundedText } from "../../otlp/plain.ts";

/** A queue that can tell how many jobs it holds, by state, as BullMQ's do. */
export interface CountedQueue {
  readonly name: string;
  getJobCounts(): Promise<Readonly<Record<string, number>>>;
  /** Set when the queue is being closed. */
  readonly closing?: unknown;
}

export const isCountedQueue = (target: object): target is CountedQueue => hasMethods(target, "getJobCounts");

const intervalMs = 5_000;

/** What a queue calls the jobs that wait, are worked on, or are put off. */
const statesOf: Readonly<Record<QueueState, readonly string[]>> = {
  waiting: ["waiting", "paused", "prioritized"],
  active: ["active"],
  delayed: ["delayed"],
};

/**
 * Asks queues every five seconds how deep they are. Metrics are read from what they last said: an answer that does not come
 * holds nothing up. Keeps no process alive, and no queue that is closed.
 */
export class DepthSampler {
  readonly #queues = new Set<CountedQueue>();
  readonly #asked = new Set<CountedQueue>();
  #timer: NodeJS.Timeout | undefined;

  add(queue: CountedQueue): void {
    if (this.#queues.has(queue)) return;
    this.#queues.add(queue);
    this.#timer ??= setInterval(() => this.#sample(), intervalMs).unref();
    void this.#ask(queue);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#queues.clear();
  }

  #sample(): void {
    for (const queue of this.#queues) {
      if (queue.closing) this.#queues.delete(queue);
      else if (!this.#asked.has(queue)) void this.#ask(queue);
    }
  }

  async #ask(queue: CountedQueue): Promise<void> {
    this.#asked.add(queue);
    try {
      setDepth(queue.name, await queue.getJobCounts());
    } catch (error) {
      if (queue.closing) return;
      warnOnce(
        `depth of ${queue.name}`,
        `The queue ${queue.name} does not tell its depth: ${boundedText(error)}. (Said once.)`,
      );
    } finally {
      this.#asked.delete(queue);
    }
  }
}

function setDepth(queue: string, counts: Readonly<Record<string, number>>): void {
  for (const state of Object.keys(statesOf) as QueueState[]) {
    const jobs = statesOf[state].reduce((sum, one) => sum + (counts[one] ?? 0), 0);
    telemetry.metrics.set("queueDepth", { queue, state }, jobs);
  }
}
