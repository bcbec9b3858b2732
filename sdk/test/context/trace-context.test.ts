import assert from "node:assert/strict";
import { createTraceState, ROOT_CONTEXT, type SpanContext, trace } from "@opentelemetry/api";
import { suppressTracing as stockSuppressTracing, W3CTraceContextPropagator } from "@opentelemetry/core";
import fc from "fast-check";
import { isTracingSuppressed, suppressTracing } from "../../src/context/suppression.ts";
import { TraceContextPropagator } from "../../src/context/trace-context.ts";

type Headers = Record<string, unknown>;
const getter = { get: (headers: Headers, key: string) => headers[key] as string, keys: Object.keys };
const setter = { set: (headers: Headers, key: string, value: string) => void (headers[key] = value) };
const ours = new TraceContextPropagator();
const stock = new W3CTraceContextPropagator();

const extracted = (propagator: typeof ours | typeof stock, headers: Headers) => {
  const spanContext = trace.getSpanContext(propagator.extract(ROOT_CONTEXT, headers, getter));
  return spanContext && { ...spanContext, traceState: spanContext.traceState?.serialize() };
};
const injected = (propagator: typeof ours | typeof stock, spanContext: SpanContext) => {
  const headers: Headers = {};
  propagator.inject(trace.setSpanContext(ROOT_CONTEXT, spanContext), headers, setter);
  return headers;
};

const hex = (digits: number) =>
  fc.oneof(
    { weight: 8, arbitrary: fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`)) },
    { weight: 1, arbitrary: fc.constant("0".repeat(digits)) },
    { weight: 1, arbitrary: fc.stringMatching(/^[0-9A-Fa-f]{0,40}$/) },
  );
const traceparent = fc.oneof(
  fc
    .tuple(hex(2), hex(32), hex(16), hex(2), fc.constantFrom("", "-", "-more"))
    .map(([version, traceId, spanId, flags, more]) => `${version}-${traceId}-${spanId}-${flags}${more}`),
  fc.tuple(hex(32), hex(16), hex(2)).map(([traceId, spanId, flags]) => `00-${traceId}-${spanId}-${flags}`),
);
const tracestate = fc.constantFrom(undefined, "a=1", "a=1,b=2", "nonsense", `a=${"x".repeat(600)}`);

describe("trace context in headers", () => {
  it("is read as OpenTelemetry's own propagator reads it", () => {
    fc.assert(
      fc.property(traceparent, tracestate, (traceparent, tracestate) => {
        const headers = { traceparent, tracestate };
        assert.deepEqual(extracted(ours, headers), extracted(stock, headers));
      }),
      { numRuns: 1_000 },
    );
  });

  it("is written as OpenTelemetry's own propagator writes it", () => {
    const spanContext = fc.record(
      {
        traceId: hex(32),
        spanId: hex(16),
        traceFlags: fc.constantFrom(0, 1),
        traceState: fc.constantFrom(createTraceState("a=1,b=2"), createTraceState("a=1")),
      },
      { requiredKeys: ["traceId", "spanId", "traceFlags"] },
    );
    fc.assert(
      fc.property(spanContext, (spanContext) => {
        assert.deepEqual(injected(ours, spanContext), injected(stock, spanContext));
      }),
    );
  });

  it("is written without flags that are not known", () => {
    const spanContext = {
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      traceFlags: 0xff,
    };
    assert.equal(
      injected(ours, spanContext)["traceparent"],
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03",
    );
  });

  it("is not read from headers that contradict each other", () => {
    const one = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const other = "00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    assert.ok(extracted(ours, { traceparent: [one, one] }));
    assert.equal(extracted(ours, { traceparent: [one, other] }), undefined);
    assert.equal(extracted(ours, { traceparent: `${one},${other}` }), undefined);
  });
});

describe("suppressed tracing", () => {
  it("is understood across OpenTelemetry's SDK and this one", () => {
    assert.ok(!isTracingSuppressed(ROOT_CONTEXT));
    assert.ok(isTracingSuppressed(suppressTracing(ROOT_CONTEXT)));
    assert.ok(isTracingSuppressed(stockSuppressTracing(ROOT_CONTEXT)));
  });
});
