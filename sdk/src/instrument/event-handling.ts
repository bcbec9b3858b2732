import { harmless } from "./harmless.ts";

/** Is told once how the handling of an event ended. */
export type EventEnd = (failed: boolean, error: unknown) => void;

/** The handling of one event by the app's listeners. It ends when they have returned and their promises have settled. */
export class EventHandling {
  #pending = 1;
  #failed = false;
  #error: unknown;
  readonly #within: <T>(dispatch: () => T) => T;
  readonly #end: EventEnd;

  /** `within` runs the listeners, e.g. in the context of a span. */
  constructor(within: <T>(dispatch: () => T) => T, end: EventEnd) {
    this.#within = within;
    this.#end = end;
  }

  /** Calls the listeners. Returns and throws what `dispatch` does. */
  run<T>(dispatch: () => T): T {
    try {
      return this.#within(dispatch);
    } catch (error) {
      this.fails(error);
      throw error;
    } finally {
      this.#settled();
    }
  }

  /** Waits for a promise that nobody but the emitter got from a listener: a rejection stays one that nobody handles. */
  awaits(promise: Promise<unknown>): void {
    this.#pending++;
    promise.then(
      () => this.#settled(),
      (error: unknown) => {
        this.#rejected(error);
        throw error;
      },
    );
  }

  /** Waits for a promise whose rejection somebody else handles. */
  follows(promise: Promise<unknown>): void {
    this.#pending++;
    promise.then(
      () => this.#settled(),
      (error: unknown) => this.#rejected(error),
    );
  }

  /** Counts the event as failed, whatever else happens. The first error stands. */
  fails(error: unknown): void {
    if (!this.#failed) this.#error = error;
    this.#failed = true;
  }

  #rejected(error: unknown): void {
    this.fails(error);
    this.#settled();
  }

  #settled(): void {
    if (--this.#pending === 0) harmless(this.#end, this.#failed, this.#error);
  }
}
