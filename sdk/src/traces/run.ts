import { context, type Context, type Span } from "@opentelemetry/api";
import { recordError } from "./errors.ts";

/**
 * Runs `fn` with the span, in `parent`, and ends the span when it is done: when it returns, throws, or the promise that it
 * returned settles. What it throws, or its promise is rejected with, is recorded on the span.
 *
 * Returns what `fn` returns, the same value; in place of a promise one of the same class that settles alike once the span has
 * ended, so that a rejection that nobody handles is still reported. Of other thenables `then` is called once, and a promise
 * returned.
 */
export function runInSpan<T>(span: Span, parent: Context, fn: (span: Span) => T): T {
  let result: T;
  try {
    result = context.with(parent, fn, undefined, span);
  } catch (error) {
    fail(span, error);
    throw error;
  }
  const promise = asPromise(result);
  if (promise) return endWith(span, promise) as T;
  span.end();
  return result;
}

function endWith(span: Span, promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      span.end();
      return value;
    },
    (error: unknown) => {
      fail(span, error);
      throw error;
    },
  );
}

function fail(span: Span, error: unknown): void {
  recordError(span, error);
  span.end();
}

function asPromise(value: unknown): Promise<unknown> | undefined {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  try {
    const { then } = value as { then?: unknown };
    if (typeof then !== "function") return undefined;
    if (then === Promise.prototype.then && value instanceof Promise) return value;
    return new Promise((resolve) => resolve(value));
  } catch {
    return undefined;
  }
}
