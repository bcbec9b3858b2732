import assert from "node:assert/strict";
import {
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import fc from "fast-check";
import { contextWithTenant } from "../../src/context/tenant.ts";
import type { DropReason } from "../../src/names/index.ts";
import type { ReadableSpan } from "../../src/traces/readable-span.ts";
import { TracingCore, type TracingCoreOptions } from "../../src/traces/core.ts";
import { FakeClock } from "../support/fake-clock.ts";

const slowOperationMs = 1_000;

/** A core that keeps nothing but what fails or is slow, with a sink that remembers what it is given. */
function setUp(options: Partial<TracingCoreOptions> = {}) {
  const clock = new FakeClock();
  const spans: ReadableSpan[] = [];
  const dropped: Partial<Record<DropReason, number>> = {};
  const core = new TracingCore({
    samplingRate: 0,
    maxTracesPerSecond: 1_000_000,
    slowOperationMs,
    tenantId: "own",
    sink: { accept: (span) => spans.push(span) },
    clock,
    onDrop: (reason, items) => (dropped[reason] = (dropped[reason] ?? 0) + items),
    ...options,
  });
  const tracer = core.provider.getTracer("test");
  const names = () => spans.map(({ name }) => name);
  return { core, tracer, clock, spans, names, dropped };
}

const start = (tracer: Tracer, name: string, parent?: Span, options?: SpanOptions) =>
  tracer.startSpan(name, options, parent ? trace.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT);

const fail = (span: Span) => span.setStatus({ code: SpanStatusCode.ERROR }).end();

const isSampled = (span: Span) => (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;

/** Starts a root and ends it after `ms`, to the nanosecond. */
const rootOf = (tracer: Tracer, ms: number, nanoseconds = 0) => {
  const root = start(tracer, "root", undefined, { startTime: [1_000, 0] });
  root.end([1_000 + Math.floor(ms / 1_000), (ms % 1_000) * 1e6 + nanoseconds]);
};

describe("a trace that the sampling rate keeps", () => {
  it("is handed over span by span as they end, and says so to whom it calls", () => {
    const { tracer, names } = setUp({ samplingRate: 1 });
    const root = start(tracer, "root");
    assert.ok(isSampled(root));
    start(tracer, "child", root).end();
    assert.deepEqual(names(), ["child"]);
    root.end();
    assert.deepEqual(names(), ["child", "root"]);
  });

  it("is handed over when the cap has no room for its children either", () => {
    const { tracer, names } = setUp({ samplingRate: 1, maxTracesPerSecond: 1 });
    const root = start(tracer, "root");
    for (let i = 0; i < 5; i++) start(tracer, "child", root).end();
    root.end();
    assert.equal(names().length, 6);
  });
});

describe("a trace that the sampling rate does not keep", () => {
  it("leaves nothing behind when it ends well and quickly", () => {
    const { tracer, names, dropped } = setUp();
    const root = start(tracer, "root");
    assert.ok(!isSampled(root) && root.isRecording());
    start(tracer, "child", root).end();
    root.end();
    assert.deepEqual(names(), []);
    assert.deepEqual(dropped, {});
  });

  it("is kept as a whole when any span of it fails", () => {
    for (const failing of ["root", "child", "grandchild"]) {
      const { tracer, names } = setUp();
      const root = start(tracer, "root");
      const child = start(tracer, "child", root);
      const grandchild = start(tracer, "grandchild", child);
      start(tracer, "sibling", root).end();
      for (const [name, span] of Object.entries({ grandchild, child, root })) {
        assert.deepEqual(names(), [], "nothing is known before the root ends");
        if (name === failing) fail(span);
        else span.end();
      }
      assert.deepEqual(names(), ["sibling", "grandchild", "child", "root"]);
    }
  });

  it("is kept when its root takes as long as a slow operation, to the nanosecond", () => {
    const { tracer, names } = setUp();
    rootOf(tracer, slowOperationMs - 1, 999_999);
    assert.deepEqual(names(), []);
    rootOf(tracer, slowOperationMs);
    assert.deepEqual(names(), ["root"]);
  });

  it("is judged by its own outcome below a remote parent that was not sampled", () => {
    const { tracer, names } = setUp({ samplingRate: 1 });
    const unsampled = trace.setSpanContext(ROOT_CONTEXT, {
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      isRemote: true,
      traceFlags: TraceFlags.NONE,
    });
    const [good, bad] = [tracer.startSpan("good", {}, unsampled), tracer.startSpan("bad", {}, unsampled)];
    start(tracer, "child of bad", bad).end();
    good.end();
    fail(bad);
    assert.deepEqual(names(), ["child of bad", "bad"]);
    assert.ok(!isSampled(bad), "what is called next is told of the rate's decision");
  });

  it("decides about spans that end after their root as about the root", () => {
    const { tracer, names } = setUp();
    for (const [name, end] of [
      ["good", (span: Span) => span.end()],
      ["bad", fail],
    ] as const) {
      const root = start(tracer, name);
      const late = start(tracer, `late child of ${name}`, root);
      end(root);
      const later = start(tracer, `later child of ${name}`, root);
      late.end();
      later.end();
    }
    assert.deepEqual(names(), ["bad", "late child of bad", "later child of bad"]);
  });

  it("is kept from there on when a span fails after the root has ended well", () => {
    const { tracer, names } = setUp();
    const root = start(tracer, "root");
    const [before, failing, after] = ["before", "failing", "after"].map((name) => start(tracer, name, root));
    root.end();
    before?.end();
    if (failing) fail(failing);
    after?.end();
    assert.deepEqual(names(), ["failing", "after"]);
  });

  it("is not kept beyond the cap, whatever its outcome", () => {
    const { tracer, clock, names } = setUp({ maxTracesPerSecond: 2 });
    for (let i = 0; i < 5; i++) {
      const root = start(tracer, `root ${i}`);
      start(tracer, `child ${i}`, root).end();
      fail(root);
    }
    assert.deepEqual(names(), ["child 0", "root 0", "child 1", "root 1"]);
    clock.advance(500);
    fail(start(tracer, "root 5"));
    assert.deepEqual(names().slice(4), ["root 5"]);
  });

  it("begins anew below a root of its own", () => {
    const { tracer, names } = setUp();
    const outer = start(tracer, "outer");
    fail(start(tracer, "inner", outer, { root: true }));
    assert.deepEqual(names(), ["inner"]);
    outer.end();
    assert.deepEqual(names(), ["inner"]);
  });
});

describe("the spans that wait for their root", () => {
  it("give way to newer ones, the longest waiting trace first, and are counted as lost if their trace is kept", () => {
    const { tracer, names, dropped } = setUp({ maxBufferedSpans: 4 });
    const [first, second] = [start(tracer, "first"), start(tracer, "second")];
    for (let i = 0; i < 3; i++) start(tracer, "of first", first).end();
    for (let i = 0; i < 3; i++) start(tracer, "of second", second).end();
    fail(second);
    assert.deepEqual(names(), ["of second", "of second", "of second", "second"]);
    assert.deepEqual(dropped, {});
    fail(first);
    assert.deepEqual(names().slice(4), ["first"]);
    assert.deepEqual(dropped, { queue_full: 3 });
  });

  it("give way without a word when their trace is not kept", () => {
    const { tracer, names, dropped } = setUp({ maxBufferedSpans: 2 });
    const root = start(tracer, "root");
    for (let i = 0; i < 10; i++) start(tracer, "child", root).end();
    root.end();
    assert.deepEqual(names(), []);
    assert.deepEqual(dropped, {});
  });

  it("are handed over in place of given up when they are known to be kept", () => {
    for (const known of ["failed", "slow"]) {
      const { tracer, clock, names, dropped } = setUp({ maxBufferedSpans: 2 });
      const root = start(tracer, "root");
      const first = start(tracer, "first", root);
      if (known === "failed") fail(first);
      else first.end();
      if (known === "slow") clock.advance(slowOperationMs);
      start(tracer, "second", root).end();
      start(tracer, "third", root).end();
      assert.deepEqual(names(), ["first", "second", "third"], known);
      start(tracer, "fourth", root).end();
      root.setStatus({ code: SpanStatusCode.ERROR }).end();
      assert.deepEqual(names().slice(3), ["fourth", "root"]);
      assert.deepEqual(dropped, {});
    }
  });

  it("do not wait for a root that does not end: those of a failure are handed over in time, all others given up", () => {
    const { tracer, clock, names } = setUp();
    const leaking = start(tracer, "leaking");
    start(tracer, "good", leaking).end();
    clock.advance(299_999);
    fail(start(tracer, "bad of another", start(tracer, "another leaking")));
    clock.advance(1);
    assert.deepEqual(names(), []);
    clock.advance(299_999);
    assert.deepEqual(names(), ["bad of another"]);
    start(tracer, "good again", leaking).end();
    clock.advance(300_000);
    assert.deepEqual(names(), ["bad of another"]);
    assert.equal(clock.pending, 0);
  });

  it("add up: of each trace that is kept every span arrives once or is counted, of the others none arrives", () => {
    const step = fc.record({
      trace: fc.nat(4),
      action: fc.constantFrom("child", "child", "child", "failing child", "end", "fail"),
      wait: fc.nat(2),
    });
    const waitsMs = fc.constantFrom([0, 1, 5], [0, 2_000, 200_000]);
    const bounds = fc.integer({ min: 1, max: 10 });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), waitsMs, bounds, (steps, waitsMs, maxBufferedSpans) => {
        const { tracer, clock, spans, dropped } = setUp({ maxBufferedSpans });
        const traces: { root: Span; count: number; failed: boolean; over: boolean }[] = [];
        const open: (typeof traces)[number][] = [];
        for (const { trace, action, wait } of steps) {
          clock.advance(waitsMs[wait] ?? 0);
          let state = open[trace];
          if (!state || state.over) {
            state = open[trace] = { root: start(tracer, "root"), count: 0, failed: false, over: false };
            traces.push(state);
          }
          const span = action.endsWith("child") ? start(tracer, "child", state.root) : state.root;
          const failing = action.startsWith("fail");
          state.count++;
          state.failed ||= failing;
          state.over = span === state.root;
          if (failing) fail(span);
          else span.end();
        }
        assert.equal(new Set(spans).size, spans.length, "none arrives twice");
        const arrived = Map.groupBy(spans, (span) => span.spanContext().traceId);
        let missing = 0;
        for (const { root, count, failed, over } of traces) {
          const kept = arrived.get(root.spanContext().traceId)?.length ?? 0;
          if (over && failed) missing += count - kept;
          // A trace that was slow for a while may have been kept for that while.
          else if (!failed && Math.max(...waitsMs) < 10) assert.equal(kept, 0);
        }
        assert.equal(dropped.queue_full ?? 0, missing);
      }),
      { numRuns: 200 },
    );
  });

  it("are handed over by a flush, and their roots follow", () => {
    const { core, tracer, names } = setUp();
    const root = start(tracer, "root");
    start(tracer, "child", root).end();
    core.flush();
    assert.deepEqual(names(), ["child"]);
    root.end();
    assert.deepEqual(names(), ["child", "root"]);
  });
});

describe("tracing", () => {
  it("changes its rates at run time", () => {
    const { core, tracer, names } = setUp();
    core.setSampling({ samplingRate: 1 });
    start(tracer, "kept").end();
    core.setSampling({ samplingRate: 0 });
    start(tracer, "not kept").end();
    core.setSampling({ maxTracesPerSecond: 1 });
    fail(start(tracer, "failed"));
    fail(start(tracer, "failed again"));
    assert.deepEqual(names(), ["kept", "failed"]);
  });

  it("sheds nine tenths of the sampled traces at level 1, and no failed ones", () => {
    const { core, tracer, names, dropped } = setUp({ samplingRate: 1 });
    core.setShedding(1);
    for (let i = 0; i < 2_000; i++) start(tracer, "good").end();
    assert.ok(Math.abs(names().length - 200) < 80, `${names().length}`);
    const before = names().length;
    for (let i = 0; i < 50; i++) fail(start(tracer, "bad"));
    assert.equal(names().length, before + 50);
    assert.deepEqual(dropped, {});
    core.setShedding(0);
    start(tracer, "after").end();
    assert.equal(names().at(-1), "after");
  });

  it("records nothing at level 2, gives up what waits, counts what would have been kept, and comes back", () => {
    const { core, tracer, names, dropped } = setUp();
    const root = start(tracer, "root");
    fail(start(tracer, "failed child", root));
    start(tracer, "good child", start(tracer, "other root")).end();
    core.setShedding(2);
    assert.deepEqual(dropped, { shed: 1 });
    assert.ok(!start(tracer, "refused").isRecording());
    root.end();
    core.setSampling({ samplingRate: 1 });
    start(tracer, "refused").end();
    assert.deepEqual(dropped, { shed: 2 });
    assert.deepEqual(names(), []);
    core.setShedding(0);
    start(tracer, "back").end();
    assert.deepEqual(names(), ["back"]);
  });

  it("counts sampled spans that end while it sheds", () => {
    const { core, tracer, dropped } = setUp({ samplingRate: 1 });
    const span = start(tracer, "open");
    core.setShedding(3);
    span.end();
    assert.deepEqual(dropped, { shed: 1 });
  });

  it("hands over what waits at shutdown, and is a no-op afterwards", async () => {
    const { core, tracer, clock, names, dropped } = setUp({ samplingRate: 1 });
    const sampled = start(tracer, "sampled");
    core.setSampling({ samplingRate: 0 });
    const root = start(tracer, "root");
    start(tracer, "child", root).end();
    await core.shutdown();
    assert.deepEqual(names(), ["child"]);
    assert.equal(clock.pending, 0);
    sampled.end();
    root.end();
    assert.deepEqual(dropped, { shutdown: 2 });
    core.setShedding(0);
    core.setSampling({ samplingRate: 1 });
    const after = start(tracer, "after");
    assert.ok(!after.isRecording());
    after.end();
    assert.deepEqual([names(), dropped], [["child"], { shutdown: 2 }]);
  });

  it("counts a span that the sink throws at, and does not throw itself", () => {
    const { tracer, dropped } = setUp({
      samplingRate: 1,
      sink: {
        accept() {
          throw new Error("no");
        },
      },
    });
    start(tracer, "any").end();
    assert.deepEqual(dropped, { invalid: 1 });
  });

  it("records nothing where tracing is suppressed", () => {
    const { tracer, names } = setUp({ samplingRate: 1 });
    tracer.startSpan("own request", {}, suppressTracing(ROOT_CONTEXT)).end();
    assert.deepEqual(names(), []);
  });

  it("gives each scope one identity", () => {
    const { core, spans } = setUp({ samplingRate: 1 });
    for (const [name, version] of [
      ["a", "1"],
      ["a", "1"],
      ["b", "1"],
    ] as const) {
      start(core.provider.getTracer(name, version), "any").end();
    }
    assert.equal(spans[0]?.instrumentationScope, spans[1]?.instrumentationScope);
    assert.notEqual(spans[0]?.instrumentationScope, spans[2]?.instrumentationScope);
    assert.equal(spans[2]?.instrumentationScope.name, "b");
  });
});

describe("every span", () => {
  const tenantOfSpan = (attributes: SpanOptions["attributes"], context: Context) => {
    const { tracer, spans } = setUp({ samplingRate: 1 });
    tracer.startSpan("any", { attributes: attributes ?? {} }, context).end();
    return spans[0]?.attributes["tenant.id"];
  };

  it("carries a tenant: the call's, else the context's, else the process's own", () => {
    const blue = contextWithTenant(ROOT_CONTEXT, "blue");
    assert.equal(tenantOfSpan({ "tenant.id": "green" }, blue), "green");
    assert.equal(tenantOfSpan({}, blue), "blue");
    assert.equal(tenantOfSpan({}, ROOT_CONTEXT), "own");
    for (const invalid of ["no/tenant", ["green"], 7, null]) {
      assert.equal(tenantOfSpan({ "tenant.id": invalid as never }, blue), "blue");
    }
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`a${i}`, i]));
    assert.equal(tenantOfSpan(many, blue), "blue");
  });

  it("carries a valid tenant, whatever its attributes are changed to", () => {
    const { tracer, spans } = setUp({ samplingRate: 1 });
    for (const [given, expected] of [
      ["green", "green"],
      ["no/tenant", "own"],
      [{}, "own"],
    ] as const) {
      tracer
        .startSpan("any", {}, ROOT_CONTEXT)
        .setAttributes({ "tenant.id": given as string })
        .end();
      assert.equal(spans.at(-1)?.attributes["tenant.id"], expected);
    }
  });

  it("survives hostile input, and keeps what can be read of it", () => {
    const { tracer, spans } = setUp({ samplingRate: 1 });
    const throwing = () => {
      throw new Error("no");
    };
    const hostile = (fine: object) =>
      Object.defineProperty(fine, "bad", { enumerable: true, get: throwing }) as never;
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    const refusing = new Proxy({}, { ownKeys: throwing, get: throwing, getPrototypeOf: throwing }) as never;

    const span = tracer.startSpan("hostile", { attributes: hostile({ a: 1 }) }, ROOT_CONTEXT);
    span
      .setAttributes(hostile({ b: 2 }))
      .setAttributes(refusing)
      .setAttributes(null as never);
    span
      .setAttribute("c", 3)
      .setAttribute("deep", deep as never)
      .setAttribute(undefined as never, 1);
    span.setAttribute("long", "x".repeat(1e7)).setAttribute("refusing", refusing);
    span.addEvent("event", hostile({})).addEvent("fine").addEvent(refusing, refusing, refusing);
    span
      .addLink(undefined as never)
      .addLinks([null, {}] as never)
      .addLinks(refusing)
      .addLinks("ab" as never);
    span.addLink({ context: span.spanContext(), attributes: hostile({}) } as Link);
    span
      .setStatus(undefined as never)
      .setStatus(refusing)
      .updateName(refusing);
    span.recordException(hostile({}));
    span.recordException(refusing);
    span.recordException(Symbol("x") as never);
    span.end(refusing);
    span.end();
    span
      .setAttribute("late", 1)
      .setAttributes({ late: 1 })
      .addEvent("late")
      .addLink({} as Link);
    span.setStatus({ code: SpanStatusCode.ERROR }).updateName("late").recordException("late");
    assert.equal(spans.length, 1);
    const [ended] = spans;
    assert.equal(ended?.name, "hostile");
    assert.equal(ended?.attributes["a"], 1);
    assert.equal(ended?.attributes["b"], 2);
    assert.equal(ended?.attributes["c"], 3);
    assert.equal(ended?.attributes["late"], undefined);
    assert.ok(ended?.events.some(({ name }) => name === "fine"));
    assert.equal(ended?.status.code, SpanStatusCode.UNSET);
    for (const options of [null, refusing, { links: 5 }, { attributes: refusing }]) {
      tracer.startSpan("any", options as never, null as never).end();
    }
    tracer.startSpan(undefined as never, undefined, {} as never).end(NaN);
    assert.equal(spans.length, 6);
  });
});
