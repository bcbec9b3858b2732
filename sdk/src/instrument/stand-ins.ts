import { getEventListeners } from "node:events";
import { types } from "node:util";
import { type Callable, type Undo, wrap } from "./wrap.ts";

type Listener = Callable | { handleEvent?: Callable };
type Options = { capture?: boolean; once?: boolean; signal?: AbortSignal } | boolean | undefined;

/** Is told what the listeners of a target do. */
export interface ListenerResults {
  promised(event: Event, promise: Promise<unknown>): void;
  threw(event: Event, error: unknown): void;
}

/**
 * Shows the promises and errors of the listeners that are added to `target` from now on: it gets a stand-in for each, in the
 * same place. Removing a listener removes its stand-in; the undo puts the listeners themselves back.
 *
 * On Node's own EventTarget only: it handles the rejections of its listeners itself, so that observing them changes nothing.
 */
export function standInForListeners(
  target: EventTarget,
  names: ReadonlySet<string>,
  kind: symbol,
  results: ListenerResults,
): Undo {
  if (!(target instanceof EventTarget)) return () => {};
  const standIns = new Set<StandIn>();
  const find = (type: string, listener: Listener) => {
    const found = [...standIns].filter((one) => one.type === type && one.original === listener);
    for (const one of found) if (one.gone) standIns.delete(one);
    return found.filter((one) => !one.gone);
  };

  const undoAdd = wrap(target, "addEventListener", kind, (add, self, args) => {
    const [type, listener, options] = args as [string, Listener, Options];
    if (!names.has(type) || !isListener(listener)) return Reflect.apply(add, self, args);
    const known = find(type, listener).find((one) => one.capture === captures(options));
    // A target takes a listener once: one that it has already stays what it is.
    if (!known && getEventListeners(target, type).includes(listener as () => void)) {
      return Reflect.apply(add, self, args);
    }
    const standIn = known ?? new StandIn(type, listener, options, results);
    const result = Reflect.apply(add, self, [type, standIn.listener, ...args.slice(2)]);
    standIns.add(standIn);
    return result;
  });

  const undoRemove = wrap(target, "removeEventListener", kind, (remove, self, args) => {
    const [type, listener] = args as [string, Listener];
    // Which of them `options` mean is the target's affair.
    for (const standIn of find(type, listener)) {
      Reflect.apply(remove, self, [type, standIn.listener, ...args.slice(2)]);
      if (!getEventListeners(target, type).includes(standIn.listener as () => void)) standIns.delete(standIn);
    }
    return Reflect.apply(remove, self, args);
  });

  return () => {
    undoAdd?.();
    undoRemove?.();
    for (const standIn of standIns) standIn.leave(target);
    standIns.clear();
  };
}

const isListener = (value: unknown): value is Listener =>
  typeof value === "function" || (typeof value === "object" && value !== null);

const captures = (options: Options): boolean =>
  Boolean(typeof options === "object" ? options.capture : options);

/** What a target has in the place of a listener: two of them when it listens in both phases. */
class StandIn {
  /** A function for a function, an object for an object. */
  readonly listener: Listener;
  readonly type: string;
  readonly original: Listener;
  readonly capture: boolean;
  readonly #options: Options;
  readonly #results: ListenerResults;
  #fired = false;

  constructor(type: string, original: Listener, options: Options, results: ListenerResults) {
    this.type = type;
    this.original = original;
    this.capture = captures(options);
    this.#options = options;
    this.#results = results;
    const call = (callable: Callable, self: unknown, args: unknown[]) => this.#call(callable, self, args);
    this.listener =
      typeof original === "function"
        ? function (this: unknown, ...args) {
            return call(original, this, args);
          }
        : {
            get handleEvent() {
              const { handleEvent } = original;
              return handleEvent && ((...args: unknown[]) => call(handleEvent, original, args));
            },
          };
  }

  /** Whether the target has removed it by itself. */
  get gone(): boolean {
    if (typeof this.#options !== "object") return false;
    return (this.#fired && this.#options.once === true) || this.#options.signal?.aborted === true;
  }

  leave(target: EventTarget): void {
    if (this.gone) return;
    // First the one, then the other: a target that works only while somebody listens does not stop between them.
    target.addEventListener(this.type, this.original as () => void, this.#options);
    target.removeEventListener(this.type, this.listener as () => void, this.#options);
  }

  #call(callable: Callable, self: unknown, args: unknown[]): unknown {
    this.#fired = true;
    const event = args[0] as Event;
    try {
      const result = Reflect.apply(callable, self, args);
      if (types.isPromise(result)) this.#results.promised(event, result);
      return result;
    } catch (error) {
      this.#results.threw(event, error);
      throw error;
    }
  }
}
