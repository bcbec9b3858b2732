import { EventEmitter } from "node:events";
import { types } from "node:util";
import type { EventHandling } from "./event-handling.ts";
import { harmless } from "./harmless.ts";
import { type Callable, type Undo, wrap } from "./wrap.ts";

/**
 * Tells `begin` of each of the named events that `emitter` emits, and how long the app's listeners handle it: until the last
 * one has returned, and, of those that are async functions, until the promise has settled. A listener that is no async
 * function counts until it returns, even if it returns a promise: somebody else may hold that promise, and observing it could
 * hide a rejection or show one twice. Nothing is added to the listeners; their order, count, errors and `this` stay.
 * `begin` returns undefined for an event that is not to be observed.
 * Returns undefined when there is no `emit`.
 */
export function observeEmitter(
  emitter: object,
  names: ReadonlySet<string>,
  kind: symbol,
  begin: (name: string, args: unknown[]) => EventHandling | undefined,
): Undo | undefined {
  return wrap(emitter, "emit", kind, (emit, self, args) => {
    const name = args[0];
    const handling = typeof name === "string" && names.has(name) ? harmless(begin, name, args) : undefined;
    if (!handling) return Reflect.apply(emit, self, args);
    return handling.run(() =>
      showsResults(emit, self, name) ? emitByHand(self, args, handling) : Reflect.apply(emit, self, args),
    );
  });
}

const stock = EventEmitter.prototype;
const captureRejections = Object.getOwnPropertySymbols(stock).find((one) => one.description === "kCapture");

/**
 * Whether the listeners can be called here, exactly as Node's own `emit` calls them, to see what they return: not where `emit`
 * is somebody else's, for `error`, which is special, or where Node handles the promises of listeners itself.
 */
function showsResults(emit: Callable, self: unknown, name: unknown): self is EventEmitter {
  const emitter = self as EventEmitter & { domain?: unknown } & Record<symbol, unknown>;
  return (
    emit === stock.emit &&
    emitter.rawListeners === stock.rawListeners &&
    name !== "error" &&
    emitter.domain == null &&
    captureRejections !== undefined &&
    !emitter[captureRejections]
  );
}

function emitByHand(emitter: EventEmitter, [name, ...args]: unknown[], handling: EventHandling): boolean {
  const listeners = emitter.rawListeners(name as string) as (Callable & { listener?: unknown })[];
  for (const listener of listeners) {
    const result: unknown = Reflect.apply(listener, emitter, args);
    // `once` puts a function of Node's own around the listener, which returns what the listener does.
    if (types.isPromise(result) && types.isAsyncFunction(listener.listener ?? listener))
      handling.awaits(result);
  }
  return listeners.length > 0;
}
