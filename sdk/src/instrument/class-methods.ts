import type { Undos } from "./undos.ts";
import { type Around, isReplaceable, wrap } from "./wrap.ts";

/**
 * Wraps the methods of objects that come and go: once on their class, so that an object costs nothing and looks as before.
 * What an object defines itself, or its class does not let go (native methods), is wrapped on the object.
 */
export class ClassMethods {
  readonly #kind: symbol;
  readonly #methods: ReadonlyMap<string, Around>;
  readonly #undos: Undos;
  /** Classes that are wrapped, with the methods that they did not let go. */
  readonly #classes = new WeakMap<object, readonly string[]>();
  readonly #objects = new WeakSet();

  constructor(kind: symbol, methods: Readonly<Record<string, Around>>, undos: Undos) {
    this.#kind = kind;
    this.#methods = new Map(Object.entries(methods));
    this.#undos = undos;
  }

  /** Wraps an object that the app gets to see. Cheap for one of a class that is known. */
  wrapObject(object: object): void {
    const prototype = Reflect.getPrototypeOf(object);
    const rest = prototype && prototype !== Object.prototype ? this.wrapClass(prototype) : [];
    for (const name of this.#methods.keys()) {
      if (!Object.hasOwn(object, name) && !rest.includes(name)) continue;
      if (this.#objects.has(object)) return;
      this.#wrapOwn(object, rest);
      return;
    }
  }

  /** Returns the methods that can be wrapped on the objects only. */
  wrapClass(prototype: object): readonly string[] {
    const known = this.#classes.get(prototype);
    if (known) return known;
    const rest: string[] = [];
    this.#classes.set(prototype, rest);
    for (const [name, around] of this.#methods) {
      if (!isReplaceable(prototype, name)) rest.push(name);
      else this.#undos.add(wrap(prototype, name, this.#kind, around));
    }
    return rest;
  }

  #wrapOwn(object: object, rest: readonly string[]): void {
    this.#objects.add(object);
    for (const [name, around] of this.#methods) {
      if ((Object.hasOwn(object, name) || rest.includes(name)) && isReplaceable(object, name)) {
        this.#undos.addFor(object, wrap(object, name, this.#kind, around));
      }
    }
  }
}
