import {
  type Context,
  createTraceState,
  isSpanContextValid,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from "@opentelemetry/api";
import { isTracingSuppressed } from "./suppression.ts";

const parentHeader = "traceparent";
const stateHeader = "tracestate";

/** Trace context between processes, as HTTP carries it. Source: W3C Trace Context, level 2. */
export class TraceContextPropagator implements TextMapPropagator {
  inject<Carrier>(context: Context, carrier: Carrier, setter: TextMapSetter<Carrier>): void {
    const spanContext = trace.getSpanContext(context);
    if (!spanContext || isTracingSuppressed(context) || !isSpanContextValid(spanContext)) return;
    setter.set(carrier, parentHeader, formatParent(spanContext));
    const state = spanContext.traceState?.serialize();
    if (state) setter.set(carrier, stateHeader, state);
  }

  extract<Carrier>(context: Context, carrier: Carrier, getter: TextMapGetter<Carrier>): Context {
    const spanContext = parseParent(only(getter.get(carrier, parentHeader)));
    if (!spanContext) return context;
    const state: unknown = getter.get(carrier, stateHeader);
    const text: unknown = Array.isArray(state) ? state.join(",") : state;
    if (typeof text === "string" && text !== "") spanContext.traceState = createTraceState(text);
    return trace.setSpanContext(context, spanContext);
  }

  fields(): string[] {
    return [parentHeader, stateHeader];
  }
}

/** Flags that are known: sampled, and random trace id. All others are sent as 0. */
const knownFlags = 0b11;

const formatParent = ({ traceId, spanId, traceFlags }: SpanContext) =>
  `00-${traceId}-${spanId}-0${(traceFlags & knownFlags).toString(16)}`;

/** More may follow in versions to come, after another dash. */
const parent = /^\s*([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?\s*$/;

/** Longer than what any version may need. */
const longestParent = 512;

function parseParent(header: unknown): SpanContext | undefined {
  if (typeof header !== "string" || header.length > longestParent) return undefined;
  const [, version, traceId = "", spanId = "", flags = "", more] = parent.exec(header) ?? [];
  if (version === undefined || version === "ff" || (version === "00" && more)) return undefined;
  const spanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(spanContext) ? spanContext : undefined;
}

/** A header that comes twice says nothing that can be trusted, but the same twice is the same. */
const only = (header: unknown): unknown =>
  Array.isArray(header) && new Set(header).size === 1 ? (header[0] as unknown) : header;
