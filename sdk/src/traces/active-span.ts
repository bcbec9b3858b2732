import {
  context,
  type Context,
  INVALID_SPAN_CONTEXT,
  type Span,
  type SpanOptions,
  trace,
  type Tracer,
} from "@opentelemetry/api";

/** What follows the name in `startActiveSpan`. */
export type StartActiveSpanArguments<F> =
  [fn: F] | [options: SpanOptions, fn: F] | [options: SpanOptions, context: Context, fn: F];

/** Starts a span and calls the last of `rest` with it, in its context. What is called ends the span. */
export function runActive<F extends (span: Span) => unknown>(
  tracer: Tracer,
  name: string,
  rest: StartActiveSpanArguments<F>,
): ReturnType<F> {
  const fn = rest.at(-1);
  if (typeof fn !== "function") return undefined as ReturnType<F>;
  const options = rest.length > 1 ? (rest[0] as SpanOptions) : undefined;
  const parent = asContext(rest.length > 2 ? rest[1] : undefined);
  const span = tracer.startSpan(name, options, parent);
  return context.with(trace.setSpan(parent, span), fn as (span: Span) => ReturnType<F>, undefined, span);
}

/** What was given, if it is a context; else the active one. Never throws. */
export function asContext(given: unknown): Context {
  if (given === undefined) return context.active();
  try {
    const { getValue } = given as Partial<Context>;
    return typeof getValue === "function" ? (given as Context) : context.active();
  } catch {
    return context.active();
  }
}

/** What records nothing and belongs to no trace. */
export const absentSpan: Span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
