import { ObservabilityConfigError } from "../options/error.ts";

/** Takes back what a set-up call did; further calls do nothing. */
export type Undo = () => void;

// What is wrapped may be any function: nothing is assumed of its parameters.
export type Callable = (this: unknown, ...args: unknown[]) => unknown;

/** Runs in place of a wrapped method. `call` is the method itself: `Reflect.apply(call, self, args)` calls it. */
export type Around = (call: Callable, self: unknown, args: unknown[]) => unknown;

/** On a wrapped method: the method as it was. */
export const original: unique symbol = Symbol.for("autoweave.observability.original");

/** One wrapping of one property. */
interface Layer {
  readonly kind: symbol;
  readonly call: Callable;
  /** The target's own property before; undefined when it was inherited. */
  readonly before: PropertyDescriptor | undefined;
  /** How many undos are still to be called; at 0 the layer only passes calls on. */
  holders: number;
}

/** Layers by the function that stands in the method's place. */
const layers = new WeakMap<object, Layer>();

/** Layers in force, by object and property: also those that others have wrapped over. */
const inForce = new WeakMap<object, Map<PropertyKey, Set<Layer>>>();

/**
 * Puts `around` in place of the method `name` of `target`: an own property, so that nothing but this object changes (wrap a
 * prototype to reach all of a class). What stands there is the method in all else: `name`, `length`, own properties such as
 * `util.promisify.custom`, `new`. Accessors are not methods and are left alone.
 *
 * Wrapping again with the same `kind` is one wrapping, undone by the last undo. Undos may come in any order; when somebody else
 * has wrapped over ours meanwhile, ours stays under theirs and only passes calls on.
 * Returns undefined when there is no such method.
 * @throws ObservabilityConfigError `AUTOWEAVE_NOT_INSTRUMENTABLE` when the method cannot be replaced, as on a frozen object.
 */
export function wrap(target: object, name: PropertyKey, kind: symbol, around: Around): Undo | undefined {
  const owner = ownerOf(target, name);
  const layer = owner && find(owner, name, kind);
  if (!layer) return add(target, name, kind, around);
  layer.holders++;
  return once(() => release(owner, name, layer));
}

/** The method `name` of `target`, its own or inherited; undefined for accessors and all that cannot be called. */
export function methodOf(target: object, name: PropertyKey): Callable | undefined {
  const owner = ownerOf(target, name);
  const value: unknown = owner && Reflect.getOwnPropertyDescriptor(owner, name)?.value;
  return typeof value === "function" ? (value as Callable) : undefined;
}

/** Whether an object has all of these methods, its own or inherited. */
export const hasMethods = (target: object, ...names: readonly string[]): boolean =>
  names.every((name) => methodOf(target, name) !== undefined);

/** Whether `wrap` can put something in the place of the method `name` of `target`. */
export function isReplaceable(target: object, name: PropertyKey): boolean {
  const own = Reflect.getOwnPropertyDescriptor(target, name);
  return own ? own.configurable === true || own.writable === true : Object.isExtensible(target);
}

/** The object in the prototype chain that `name` is found on. */
function ownerOf(target: object, name: PropertyKey): object | undefined {
  let owner: object | null = target;
  while (owner && !Object.hasOwn(owner, name)) owner = Reflect.getPrototypeOf(owner);
  return owner ?? undefined;
}

function add(target: object, name: PropertyKey, kind: symbol, around: Around): Undo | undefined {
  peel(target, name);
  const call = methodOf(target, name);
  if (!call) return undefined;
  const before = Reflect.getOwnPropertyDescriptor(target, name);
  const layer: Layer = { kind, call, before, holders: 1 };
  const wrapped = new Proxy(call, {
    apply: (_, self, args: unknown[]) =>
      layer.holders > 0 ? around(call, self, args) : Reflect.apply(call, self, args),
    get: (_, property): unknown => (property === original ? call : Reflect.get(call, property)),
  });
  layers.set(wrapped, layer);
  if (!Reflect.defineProperty(target, name, { ...(before ?? inherited(target, name)), value: wrapped })) {
    throw new ObservabilityConfigError(
      "AUTOWEAVE_NOT_INSTRUMENTABLE",
      `The method \`${String(name)}\` cannot be replaced: ${
        before ? "it is read-only" : "its object is frozen, sealed or not extensible"
      }. Instrument the object before it is frozen.`,
    );
  }
  remember(target, name, layer);
  return once(() => release(target, name, layer));
}

/** An own property that hides an inherited one is not to show up in `Object.keys`, in spreads or in JSON. */
function inherited(target: object, name: PropertyKey): PropertyDescriptor {
  const owner = ownerOf(target, name);
  const writable = (owner && Reflect.getOwnPropertyDescriptor(owner, name)?.writable) ?? true;
  return { writable, enumerable: false, configurable: true };
}

function find(owner: object, name: PropertyKey, kind: symbol): Layer | undefined {
  for (const layer of inForce.get(owner)?.get(name) ?? []) if (layer.kind === kind) return layer;
  return undefined;
}

function remember(target: object, name: PropertyKey, layer: Layer): void {
  const byName = inForce.get(target) ?? new Map<PropertyKey, Set<Layer>>();
  inForce.set(target, byName);
  byName.set(name, (byName.get(name) ?? new Set()).add(layer));
}

function release(target: object, name: PropertyKey, layer: Layer): void {
  if (--layer.holders > 0) return;
  inForce.get(target)?.get(name)?.delete(layer);
  peel(target, name);
}

/** Takes off our layers that only pass calls on, as far as they lie on top. */
function peel(target: object, name: PropertyKey): void {
  for (;;) {
    const value: unknown = Reflect.getOwnPropertyDescriptor(target, name)?.value;
    const layer = typeof value === "function" ? layers.get(value) : undefined;
    if (!layer || layer.holders > 0) return;
    const done = layer.before
      ? Reflect.defineProperty(target, name, layer.before)
      : Reflect.deleteProperty(target, name);
    if (!done) return;
  }
}

function once(action: () => void): Undo {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
