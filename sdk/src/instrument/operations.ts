import { type Context, context, createContextKey } from "@opentelemetry/api";
import { harmless } from "./harmless.ts";
import { observe, type Observation } from "./observe.ts";
import type { Undos } from "./undos.ts";
import { wrap } from "./wrap.ts";

/** A call that is being measured. */
export interface MeasuredCall extends Observation {
  /** What the call runs in. */
  readonly context: Context;
}

/** Begins to measure a call of an operation; `undefined` leaves it alone. */
export type BeginCall<Operation> = (operation: Operation, args: unknown[]) => MeasuredCall | undefined;

interface Running {
  readonly target: object;
  readonly operation: string;
  readonly method: string;
}

const running = createContextKey("autoweave.operation");

/**
 * Measures the operations of an object, each of which may have a method of several names. A method that calls another name of
 * its own operation (`load` that calls `loadPlugin`) is one call; one that calls itself (a plugin that loads another) is two.
 * Returns the operations that there are.
 */
export function measureOperations<Operation extends string>(
  target: object,
  kind: symbol,
  names: Readonly<Record<Operation, readonly string[]>>,
  undos: Undos,
  begin: BeginCall<Operation>,
): Operation[] {
  const operations = Object.keys(names) as Operation[];
  return operations.filter((operation) => {
    const found = names[operation].map((method) =>
      undos.add(measureMethod(target, kind, operation, method, begin)),
    );
    return found.includes(true);
  });
}

function measureMethod<Operation extends string>(
  target: object,
  kind: symbol,
  operation: Operation,
  method: string,
  begin: BeginCall<Operation>,
) {
  return wrap(target, method, kind, (call, self, args) => {
    const outer = context.active().getValue(running) as Running | undefined;
    const isHandedOn = outer?.target === target && outer.operation === operation && outer.method !== method;
    const measured = isHandedOn ? undefined : harmless(begin, operation, args);
    if (!measured) return Reflect.apply(call, self, args);
    const within = measured.context.setValue(running, { target, operation, method } satisfies Running);
    return context.with(within, observe, undefined, call, self, args, measured);
  });
}
