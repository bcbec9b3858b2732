import { types } from "node:util";
import { harmless } from "./harmless.ts";
import type { Callable } from "./wrap.ts";

/** Is told once how a call ended. */
export interface Observation {
  succeeded(value: unknown): void;
  failed(error: unknown): void;
}

/**
 * Calls a function and tells how it ended, without changing it: values, errors and `this` pass through.
 *
 * - A promise is passed on as one that settles alike, a microtask later. Handing out the very promise would not do: to observe
 *   it is to handle its rejection, and a rejection that nobody handles has to stay one. One promise handed out twice is passed
 *   on as one promise twice.
 * - A promise that is more than a promise (a subclass, one with properties of its own) and foreign thenables, which may begin
 *   their work at `then`, are passed on as they are; their call counts as ended when it returns.
 * - A generator, async or not, is passed on as it is; its call ends with the iteration.
 */
export function observe(call: Callable, self: unknown, args: unknown[], observation: Observation): unknown {
  let result: unknown;
  try {
    result = Reflect.apply(call, self, args);
  } catch (error) {
    tellFailed(observation, error);
    throw error;
  }
  if (typeof result === "object" && result !== null) {
    if (isPlainPromise(result)) {
      // Nobody but the caller can hold the promise of an async function.
      return types.isAsyncFunction(call) ? follow(result, observation) : followShared(result, observation);
    }
    if (types.isGeneratorObject(result)) return followIteration(result as unknown as Iteration, observation);
  }
  tellSucceeded(observation, result);
  return result;
}

const isPlainPromise = (value: object): value is Promise<unknown> =>
  types.isPromise(value) &&
  Reflect.getPrototypeOf(value) === Promise.prototype &&
  Object.keys(value).length === 0;

const follow = (promise: Promise<unknown>, observation: Observation): Promise<unknown> =>
  promise.then(
    (value) => {
      tellSucceeded(observation, value);
      return value;
    },
    (error: unknown) => {
      tellFailed(observation, error);
      throw error;
    },
  );

/** What promises that may be handed out again were passed on as. */
const passedOnAs = new WeakMap<Promise<unknown>, Promise<unknown>>();

function followShared(promise: Promise<unknown>, observation: Observation): Promise<unknown> {
  const known = passedOnAs.get(promise);
  if (known) {
    // Its rejection has been handled, by the first to follow it: once more changes nothing.
    promise.then(
      (value) => tellSucceeded(observation, value),
      (error: unknown) => tellFailed(observation, error),
    );
    return known;
  }
  const followed = follow(promise, observation);
  passedOnAs.set(promise, followed);
  return followed;
}

/** What generators and async generators have in common. */
interface Iteration {
  next: Callable;
  return: Callable;
  throw: Callable;
}

function followIteration(iteration: Iteration, observation: Observation): Iteration {
  let ended = false;
  const failed = (error: unknown) => {
    if (!ended) tellFailed(observation, error);
    ended = true;
  };
  const succeeded = (step: unknown) => {
    if (ended || !(step as IteratorResult<unknown>).done) return;
    ended = true;
    tellSucceeded(observation, undefined);
  };
  for (const name of ["next", "return", "throw"] as const) {
    const step = iteration[name];
    const value = (...args: unknown[]) => observe(step, iteration, args, { succeeded, failed });
    Object.defineProperty(iteration, name, { value, writable: true, configurable: true, enumerable: false });
  }
  return iteration;
}

const tellSucceeded = (observation: Observation, value: unknown) =>
  harmless(() => observation.succeeded(value));

const tellFailed = (observation: Observation, error: unknown) => harmless(() => observation.failed(error));
