import assert from "node:assert/strict";
import {
  type Attributes,
  type HrTime,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  type TimeInput,
  trace,
} from "@opentelemetry/api";
import { AlwaysOnSampler, TracerProvider } from "@opentelemetry/sdk-trace";
import fc from "fast-check";
import { systemClock } from "../../src/clock.ts";
import { encodeSpan } from "../../src/otlp/spans.ts";
import { TracingCore } from "../../src/traces/core.ts";
import type { ReadableSpan } from "../../src/traces/readable-span.ts";
import { decodeRecord } from "../support/otlp-decode.ts";

const ours = new TracingCore({
  samplingRate: 1,
  maxTracesPerSecond: 1e9,
  slowOperationMs: 1_000,
  tenantId: "own",
  sink: { accept: () => undefined },
  clock: systemClock,
  onDrop: () => undefined,
}).provider.getTracer("test");
const stock = new TracerProvider({ sampler: new AlwaysOnSampler() }).getTracer("test");

/** What would be sent of it, but for what no two spans have in common, and for the tenant. */
function sent(span: Span) {
  const { attributes, ...rest } = decodeRecord("traces", encodeSpan(readable(span)));
  const shared = attributes.filter(({ key }) => key !== "tenant.id");
  return { ...rest, traceId: "", spanId: "", attributes: shared };
}

const readable = (span: Span) => span as unknown as ReadableSpan;

/** Without what objects have anyway: OpenTelemetry's own takes that for more than a key. */
const text = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
  .filter((one) => !(one in Object.prototype));
const scalar = fc.oneof(text, fc.boolean(), fc.double(), fc.integer());
const simple = fc.oneof(scalar, fc.array(text), fc.array(fc.integer()), fc.constant(undefined));
const nested = fc.oneof(
  simple,
  fc.uint8Array(),
  fc.constant(null),
  fc.array(scalar),
  fc.dictionary(text, scalar),
);
const attributes = fc.dictionary(text, nested, { maxKeys: 8 }) as fc.Arbitrary<Attributes>;
const simpleAttributes = fc.dictionary(text, simple, { maxKeys: 8 }) as fc.Arbitrary<Attributes>;
const epochSeconds = fc.integer({ min: 1_500_000_000, max: 2_500_000_000 });
const time: fc.Arbitrary<TimeInput> = fc.oneof(
  fc.tuple(epochSeconds, fc.integer({ min: 0, max: 999_999_999 })),
  epochSeconds.map((seconds) => seconds * 1_000),
  epochSeconds.map((seconds) => new Date(seconds * 1_000 + 5)),
);
const spanContext = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  traceFlags: 1,
};
const link: fc.Arbitrary<Link> = fc.record({ context: fc.constant(spanContext), attributes });
const error = fc
  .record({ message: text, name: text, code: fc.option(text, { nil: undefined }) })
  .map((fields) => Object.assign(new Error(), fields));

const step: fc.Arbitrary<(span: Span) => unknown> = fc.oneof(
  fc.tuple(text, nested).map(
    ([key, value]) =>
      (span: Span) =>
        span.setAttribute(key, value as string),
  ),
  attributes.map((given) => (span: Span) => span.setAttributes(given)),
  fc.tuple(text, simpleAttributes, time).map(
    ([name, given, at]) =>
      (span: Span) =>
        span.addEvent(name, given, at),
  ),
  fc.tuple(text, time).map(
    ([name, at]) =>
      (span: Span) =>
        span.addEvent(name, at),
  ),
  fc.tuple(text, time, time).map(
    ([name, one, two]) =>
      (span: Span) =>
        span.addEvent(name, one, two),
  ),
  link.map((one) => (span: Span) => span.addLink(one)),
  fc.array(link, { maxLength: 3 }).map((some) => (span: Span) => span.addLinks(some)),
  fc
    .record({ code: fc.constantFrom(0, 1, 2), message: fc.option(text, { nil: undefined }) })
    .map((status) => (span: Span) => span.setStatus(status as never)),
  text.map((name) => (span: Span) => span.updateName(name)),
  fc.tuple(fc.oneof(error, text), time).map(
    ([one, at]) =>
      (span: Span) =>
        span.recordException(one, at),
  ),
  time.map((at) => (span: Span) => span.end(at)),
);

const options: fc.Arbitrary<SpanOptions> = fc.record(
  {
    kind: fc.constantFrom(SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CONSUMER),
    attributes,
    links: fc.array(link, { maxLength: 3 }),
    startTime: time,
  },
  { requiredKeys: ["startTime"] },
);

describe("a recording span", () => {
  it("is after any calls what OpenTelemetry's own is", () => {
    fc.assert(
      fc.property(text, options, fc.array(step, { maxLength: 15 }), time, (name, options, steps, end) => {
        const [a, b] = [ours, stock].map((tracer) => {
          const span = tracer.startSpan(name, options, ROOT_CONTEXT);
          for (const step of steps) step(span);
          span.end(end);
          return span;
        });
        assert.ok(a && b);
        assert.deepEqual(sent(a), sent(b));
        assert.deepEqual(readable(a).duration, readable(b).duration);
        assert.equal(a.isRecording(), b.isRecording());
      }),
      { numRuns: 300 },
    );
  });

  it("drops what is over the limits as OpenTelemetry's own does", () => {
    const many = (prefix: string) =>
      Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`${prefix}${i}`, i]));
    const [a, b] = [ours, stock].map((tracer) => {
      const link = (i: number) => ({
        context: { ...spanContext, spanId: (i + 1).toString(16).padStart(16, "0") },
        attributes: i === 199 ? many("l") : {},
      });
      const span = tracer.startSpan("any", { attributes: { x: 1 }, startTime: [1, 0] }, ROOT_CONTEXT);
      span.setAttributes(many("a")).setAttribute("x", 2).setAttribute("a5", "again");
      for (let i = 0; i < 200; i++)
        span.addEvent(`${i}`, i === 199 ? many("e") : {}, [1, i]).addLink(link(i));
      span.end([2, 0]);
      return span;
    });
    assert.ok(a && b);
    assert.deepEqual(sent(a), sent(b));
    assert.equal(readable(a).attributes["tenant.id"], "own", "the tenant has its place whatever the limits");
  });

  it("measures its time, and takes that of performance.now() too", async () => {
    const before = Date.now();
    const monotonic = performance.now();
    const span = ours.startSpan("any", {}, ROOT_CONTEXT);
    const early = ours.startSpan("early", { startTime: monotonic }, ROOT_CONTEXT);
    await new Promise((resolve) => setImmediate(resolve));
    span.addEvent("now").end();
    early.end(performance.now());
    const ms = ([seconds, nanoseconds]: HrTime) => seconds * 1_000 + nanoseconds / 1e6;
    const { startTime, endTime, duration, events } = readable(span);
    const elapsed = performance.now() - monotonic;
    assert.ok(ms(startTime) >= before && ms(startTime) <= Date.now());
    assert.ok(ms(duration) > 0 && ms(duration) <= elapsed);
    assert.ok(Math.abs(ms(startTime) + ms(duration) - ms(endTime)) < 1e-3);
    assert.ok(ms(events[0]?.time ?? [0, 0]) <= ms(endTime));
    assert.ok(Math.abs(ms(readable(early).startTime) - before) < elapsed + 2);
    assert.ok(ms(readable(early).duration) > 0 && ms(readable(early).duration) <= elapsed);
  });

  it("takes what is no time for now, and ends no earlier than it began", () => {
    for (const nonsense of [NaN, Infinity, "12", new Date(NaN), [1], [NaN, 0], {}, null]) {
      const span = ours.startSpan("any", { startTime: nonsense as never }, ROOT_CONTEXT);
      span.addEvent("event", {}, nonsense as never).end(nonsense as never);
      const { startTime, endTime, duration } = readable(span);
      assert.ok(Math.abs(startTime[0] - Date.now() / 1_000) < 60);
      assert.ok(duration[0] >= 0 && endTime[0] >= startTime[0]);
    }
    const reversed = ours.startSpan("any", { startTime: [100, 5] }, ROOT_CONTEXT);
    reversed.end([99, 0]);
    assert.deepEqual(readable(reversed).endTime, [100, 5]);
    assert.deepEqual(readable(reversed).duration, [0, 0]);
  });

  it("keeps copies: what the app changes later changes nothing", () => {
    const list = ["a"];
    const attributes = { list, deep: { list } };
    const span = ours.startSpan("any", { attributes: attributes as never }, ROOT_CONTEXT);
    span.addEvent("event", { list });
    list.push("b");
    span.end();
    assert.deepEqual(readable(span).attributes["list"], ["a"]);
    assert.deepEqual(readable(span).attributes["deep"], { list: ["a"] });
    assert.deepEqual(readable(span).events[0]?.attributes, { list: ["a"] });
  });

  it("holds no more of a long text than is sent", () => {
    const span = ours.startSpan("n".repeat(1e6), { attributes: { a: "x".repeat(1e6) } }, ROOT_CONTEXT);
    span.setStatus({ code: SpanStatusCode.ERROR, message: "m".repeat(1e6) });
    assert.equal(String(readable(span).attributes["a"]).length, 16 * 1024);
    assert.equal(readable(span).name.length, 16 * 1024);
    assert.equal(readable(span).status.message?.length, 16 * 1024);
    assert.ok(String(readable(span).attributes["a"]).endsWith("… (truncated)"));
  });

  it("takes its trace and its trace state from its parent, and has valid ids of its own", () => {
    const ids = new Set<string>();
    for (let i = 0; i < 2_000; i++) {
      const root = ours.startSpan("root", {}, ROOT_CONTEXT);
      const child = ours.startSpan("child", {}, trace.setSpan(ROOT_CONTEXT, root));
      for (const span of [root, child]) assert.ok(trace.isSpanContextValid(span.spanContext()));
      assert.equal(child.spanContext().traceId, root.spanContext().traceId);
      assert.deepEqual(readable(child).parentSpanContext, root.spanContext());
      for (const { traceId, spanId } of [root.spanContext(), child.spanContext()])
        ids.add(traceId).add(spanId);
    }
    assert.equal(ids.size, 6_000);
  });

  it("begins a trace below a parent that is none", () => {
    const invalid = { ...spanContext, spanId: "0" };
    const span = ours.startSpan("any", {}, trace.setSpanContext(ROOT_CONTEXT, invalid));
    assert.notEqual(span.spanContext().traceId, invalid.traceId);
    assert.equal(readable(span).parentSpanContext, undefined);
  });
});
