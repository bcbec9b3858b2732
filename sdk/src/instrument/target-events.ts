import type { EventHandling } from "./event-handling.ts";
import { harmless } from "./harmless.ts";
import { standInForListeners } from "./stand-ins.ts";
import { type Undo, wrap } from "./wrap.ts";

/**
 * As `observeEmitter`, for an EventTarget. What a listener does after it has returned, and what it throws, is seen of those that
 * were added as functions while the target was observed. Returns undefined when there is no `dispatchEvent`.
 */
export function observeTarget(
  target: EventTarget,
  names: ReadonlySet<string>,
  kind: symbol,
  begin: (event: Event) => EventHandling | undefined,
): Undo | undefined {
  /** The event that is being dispatched, and its handling. */
  let current: { event: Event; handling: EventHandling } | undefined;

  const undoDispatch = wrap(target, "dispatchEvent", kind, (dispatch, self, args) => {
    const event = args[0];
    const handling = event instanceof Event && names.has(event.type) ? harmless(begin, event) : undefined;
    if (!handling) return Reflect.apply(dispatch, self, args);
    const outer = current;
    current = { event: event as Event, handling };
    try {
      return handling.run(() => Reflect.apply(dispatch, self, args));
    } finally {
      current = outer;
    }
  });
  if (!undoDispatch) return undefined;

  const handlingOf = (event: Event) => (current?.event === event ? current.handling : undefined);
  const undoStandIns = standInForListeners(target, names, kind, {
    promised: (event, promise) => handlingOf(event)?.follows(promise),
    threw: (event, error) => handlingOf(event)?.fails(error),
  });
  return () => {
    undoDispatch();
    undoStandIns();
  };
}
