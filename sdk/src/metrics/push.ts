import type { Clock } from "../clock.ts";
import type { Delivery } from "../delivery/record.ts";
import { warnOnce } from "../diagnostics.ts";
import type { MetricsCore } from "./core.ts";
import { boundedText } from "../otlp/plain.ts";

export interface MetricsPushOptions {
  readonly core: Pick<MetricsCore, "snapshot">;
  readonly delivery: Pick<Delivery, "offerSnapshot">;
  readonly clock: Clock;
  /** Pause between two snapshots, in ms. */
  readonly intervalMs: number;
  /** From 0 to 1. Default: by chance, so that processes that start together do not push together. */
  readonly firstAfter?: number;
}

/** Hands a snapshot of all metrics over for delivery, regularly: the first within one interval. */
export class MetricsPush {
  readonly #options: MetricsPushOptions;
  #cancel: () => void;
  #running: Promise<void> | undefined;

  constructor(options: MetricsPushOptions) {
    this.#options = options;
    const { clock, intervalMs, firstAfter = Math.random() } = options;
    this.#cancel = clock.after(intervalMs * firstAfter, this.#push);
  }

  /**
   * Hands over the metrics as they are now; resolves when that is done. To have them arrive, flush the delivery then.
   * Never rejects.
   */
  async flush(): Promise<void> {
    // One that has begun may have read some of them before.
    await this.#running;
    await this.#take();
  }

  /** Ends the regular snapshots. */
  stop(): void {
    this.#cancel();
  }

  readonly #push = (): void => {
    const { clock, intervalMs } = this.#options;
    this.#cancel = clock.after(intervalMs, this.#push);
    // A snapshot that takes longer than the interval is not joined by a second one.
    if (!this.#running) void this.#take();
  };

  #take(): Promise<void> {
    const { core, delivery, clock } = this.#options;
    const running = core
      .snapshot(clock.now())
      .then((records) => delivery.offerSnapshot(records))
      .catch((error: unknown) => warnOnce("snapshot", `The metrics could not be read: ${boundedText(error)}`))
      .finally(() => {
        if (this.#running === running) this.#running = undefined;
      });
    this.#running = running;
    return running;
  }
}
