import type { Undo } from "./wrap.ts";

/** Below this, remembering objects that are gone costs nothing. */
const fewObjects = 64;

/** Collects what an instrumentation has done, to take all of it back. Keeps no object alive. */
export class Undos {
  readonly #undos: Undo[] = [];
  readonly #byObject = new WeakMap<object, Undo[]>();
  #objects: WeakRef<object>[] = [];
  #mostObjects = fewObjects;
  #done = false;

  /** Whether there was something to undo: an `undefined` says that there was nothing to instrument. */
  add(undo: Undo | undefined): boolean {
    if (undo && this.#done) undo();
    else if (undo) this.#undos.push(undo);
    return undo !== undefined;
  }

  /** Whether all of it has been taken back. */
  get done(): boolean {
    return this.#done;
  }

  /** As `add`, for an object that comes and goes: it and its undo are forgotten with it. */
  addFor(object: object, undo: Undo | undefined): void {
    if (!undo) return;
    if (this.#done) return undo();
    const known = this.#byObject.get(object);
    if (known) return void known.push(undo);
    this.#byObject.set(object, [undo]);
    this.#objects.push(new WeakRef(object));
    if (this.#objects.length > this.#mostObjects) this.#forgetGone();
  }

  undo(): void {
    this.#done = true;
    for (const reference of this.#objects) {
      const object = reference.deref();
      if (object) for (const undo of this.#byObject.get(object) ?? []) undo();
    }
    this.#objects = [];
    for (const undo of this.#undos.splice(0).reverse()) undo();
  }

  #forgetGone(): void {
    this.#objects = this.#objects.filter((reference) => reference.deref() !== undefined);
    this.#mostObjects = Math.max(fewObjects, 2 * this.#objects.length);
  }
}

/** Instruments with what it is given; when that throws, what was done so far is taken back. */
export function collectUndos(instrument: (undos: Undos) => void): Undo {
  const undos = new Undos();
  try {
    instrument(undos);
  } catch (error) {
    undos.undo();
    throw error;
  }
  return () => undos.undo();
}
