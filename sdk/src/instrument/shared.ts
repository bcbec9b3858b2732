import type { Undo } from "./wrap.ts";

interface Held {
  readonly undo: Undo;
  /** How many undos are still to be called. */
  holders: number;
}

const inForce = new WeakMap<object, Map<symbol, Held>>();

/** Does something to an object once, however often it is asked to; the last undo takes it back. */
export function shared(target: object, kind: symbol, begin: () => Undo): Undo {
  const kinds = inForce.get(target) ?? new Map<symbol, Held>();
  inForce.set(target, kinds);
  const held = kinds.get(kind) ?? { undo: begin(), holders: 0 };
  kinds.set(kind, held);
  held.holders++;
  let done = false;
  return () => {
    if (done) return;
    done = true;
    if (--held.holders > 0) return;
    kinds.delete(kind);
    held.undo();
  };
}

export const isShared = (target: object, kind: symbol) => inForce.get(target)?.has(kind) ?? false;
