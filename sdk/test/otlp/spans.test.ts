import assert from "node:assert/strict";
import {
  type Attributes,
  createTraceState,
  type Link,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from "@opentelemetry/api";
import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AlwaysOnSampler, type ReadableSpan, TracerProvider } from "@opentelemetry/sdk-trace";
import fc from "fast-check";
import { encodeSpan } from "../../src/otlp/spans.ts";
import { decodeRecord, decodeRequest, recordsOf } from "../support/otlp-decode.ts";

const provider = new TracerProvider({ resource: resourceFromAttributes({}), sampler: new AlwaysOnSampler() });
const tracer = provider.getTracer("test", "1.0");

const ours = (span: ReadableSpan) => decodeRecord("traces", encodeSpan(span));

const theirs = (span: ReadableSpan) => {
  const request = decodeRequest("traces", ProtobufTraceSerializer.serializeRequest([span]) as Uint8Array);
  const [received] = recordsOf("traces", request);
  assert.ok(received);
  // A status that says nothing is the same as none.
  const { status, ...rest } = received.record;
  return status?.code || status?.message ? received.record : rest;
};

const hexId = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((id) => {
    id[0] = 1;
    return Buffer.from(id).toString("hex");
  });
const spanContext: fc.Arbitrary<SpanContext> = fc.record(
  {
    traceId: hexId(16),
    spanId: hexId(8),
    traceFlags: fc.integer({ min: 0, max: 255 }),
    isRemote: fc.boolean(),
    traceState: fc.constantFrom(createTraceState("a=1,b=2"), createTraceState("")),
  },
  { requiredKeys: ["traceId", "spanId", "traceFlags"] },
);
// What comes twice in OTLP's eyes: numbers that are whole but written with a fraction, lone surrogates.
const text = fc.string({ unit: "binary", maxLength: 50 }).map((one) => one.toWellFormed());
const scalar = fc.oneof(text, fc.boolean(), fc.integer(), fc.double(), fc.maxSafeInteger());
const attributes: fc.Arbitrary<Attributes> = fc.dictionary(
  text,
  fc.oneof(scalar, fc.array(scalar, { maxLength: 5 }), fc.uint8Array(), fc.dictionary(text, scalar)),
  { maxKeys: 10 },
);
const time = fc.tuple(fc.integer({ min: 0, max: 2 ** 33 }), fc.integer({ min: 0, max: 999_999_999 }));

const anySpan = fc.record({
  name: text,
  kind: fc.constantFrom(
    SpanKind.INTERNAL,
    SpanKind.SERVER,
    SpanKind.CLIENT,
    SpanKind.PRODUCER,
    SpanKind.CONSUMER,
  ),
  parent: fc.option(spanContext, { nil: undefined }),
  start: time,
  end: time,
  attributes,
  events: fc.array(fc.record({ name: text, attributes, time }), { maxLength: 3 }),
  links: fc.array(fc.record({ context: spanContext, attributes }), { maxLength: 3 }),
  status: fc.record({ code: fc.constantFrom(0, 1, 2), message: text }),
});

describe("an encoded span", () => {
  it("means the same as what OpenTelemetry's own serializer writes", () => {
    fc.assert(
      fc.property(anySpan, (given) => {
        const context = given.parent ? trace.setSpanContext(ROOT_CONTEXT, given.parent) : ROOT_CONTEXT;
        const span = tracer.startSpan(
          given.name,
          {
            kind: given.kind,
            startTime: given.start,
            attributes: given.attributes,
            links: given.links as Link[],
          },
          context,
        );
        for (const { name, attributes, time } of given.events) span.addEvent(name, attributes, time);
        span.setStatus(given.status);
        span.end(given.end);
        const readable = span as unknown as ReadableSpan;
        assert.deepEqual(ours(readable), theirs(readable));
      }),
    );
  });

  it("tells what was dropped at the limits", () => {
    const small = new TracerProvider({
      resource: resourceFromAttributes({}),
      spanLimits: {
        attributeCountLimit: 1,
        eventCountLimit: 1,
        linkCountLimit: 1,
        attributePerEventCountLimit: 1,
        attributePerLinkCountLimit: 1,
      },
    });
    const link = {
      context: { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 1 },
      attributes: { a: 1, b: 2 },
    };
    const span = small
      .getTracer("test")
      .startSpan("full", { attributes: { a: 1, b: 2, c: 3 }, links: [link, link, link] }, ROOT_CONTEXT);
    for (let i = 0; i < 5; i++) span.addEvent("event", { a: 1, b: 2 });
    span.end();
    const readable = span as unknown as ReadableSpan;
    const encoded = ours(readable);
    assert.deepEqual(encoded, theirs(readable));
    assert.equal(encoded.droppedAttributesCount, 2);
    assert.equal(encoded.droppedEventsCount, 4);
    assert.equal(encoded.droppedLinksCount, 2);
    assert.equal(encoded.links[0]?.droppedAttributesCount, 1);
    assert.equal(encoded.events[0]?.droppedAttributesCount, 1);
  });

  it("survives links, names and times that are none", () => {
    const span = tracer.startSpan(undefined as never, {}, ROOT_CONTEXT);
    span.addLink({ context: { traceId: "nonsense", spanId: "", traceFlags: TraceFlags.NONE } });
    span.addLink({ context: {} as SpanContext });
    span.addLink({} as Link);
    span.addEvent(Symbol("event") as never, {}, [NaN, -1]);
    span.setStatus({ code: SpanStatusCode.ERROR, message: "x".repeat(1e6) });
    span.end();
    const encoded = ours(span as unknown as ReadableSpan);
    assert.equal(encoded.name, "undefined");
    assert.equal(encoded.links.length, 2);
    assert.equal(encoded.links[0]?.traceId, "");
    assert.equal(encoded.events[0]?.name, "Symbol(event)");
    assert.equal(encoded.events[0]?.timeUnixNano, 0n);
    assert.equal(encoded.status?.message.length, 16 * 1024);
  });
});
