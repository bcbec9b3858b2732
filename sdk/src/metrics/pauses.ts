import { setImmediate as nextTurn } from "node:timers/promises";

/** Longest piece of work between two turns of the event loop, in ms. */
const sliceMs = 2;

/** Cuts a long piece of work into slices, so that the app's own work comes in between. */
export class Pauses {
  #endMs = performance.now() + sliceMs;

  /** Whether the slice is used up: then `await take()`. */
  get isDue(): boolean {
    return performance.now() >= this.#endMs;
  }

  async take(): Promise<void> {
    await nextTurn();
    this.#endMs = performance.now() + sliceMs;
  }
}
