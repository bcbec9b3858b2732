import assert from "node:assert/strict";
import { context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { extractContext, injectContext } from "../../src/context/propagation.ts";
import { contextWithTenant, currentTenant, withTenant } from "../../src/context/tenant.ts";
import type { ReadableSpan } from "../../src/traces/readable-span.ts";
import { TracingCore } from "../../src/traces/core.ts";
import { AutoWeaveTracer } from "../../src/traces/tracer.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { unhandledRejections } from "../support/unhandled-rejections.ts";

describe("the tracer", () => {
  let tracer: AutoWeaveTracer;
  let spans: ReadableSpan[];
  const last = () => {
    const span = spans.at(-1);
    assert.ok(span);
    return span;
  };

  before(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager()));
  after(() => context.disable());
  beforeEach(() => {
    spans = [];
    const core = new TracingCore({
      samplingRate: 1,
      maxTracesPerSecond: 1e6,
      slowOperationMs: 1_000,
      tenantId: "own",
      sink: { accept: (span) => spans.push(span) },
      clock: new FakeClock(),
      onDrop: () => undefined,
    });
    tracer = new AutoWeaveTracer();
    tracer.attach(core);
  });

  describe("for what AutoWeave does", () => {
    it("describes USB events", () => {
      tracer
        .createUSBEventSpan({
          action: "attach",
          vendorId: "0x1234",
          productId: 0x5678,
          devicePath: "/dev/bus/usb/001/002",
          tenantId: "tenant-123",
        })
        .end();
      assert.equal(last().name, "usb.attach");
      assert.equal(last().kind, SpanKind.CONSUMER);
      assert.deepEqual(last().attributes, {
        "usb.action": "attach",
        "usb.vendor_id": "0x1234",
        "usb.product_id": "0x5678",
        "usb.device_path": "/dev/bus/usb/001/002",
        "tenant.id": "tenant-123",
      });
      tracer
        .createUSBEventSpan({
          action: "transfer",
          vendorId: "nonsense",
          transfer: { type: "bulk", direction: "in", bytes: 64 },
          attributes: { "usb.endpoint": 1 },
        })
        .end();
      assert.equal(last().kind, SpanKind.INTERNAL);
      assert.deepEqual(last().attributes, {
        "usb.action": "transfer",
        "usb.vendor_id": "invalid",
        "usb.transfer.type": "bulk",
        "usb.transfer.direction": "in",
        "usb.transfer.bytes": 64,
        "usb.endpoint": 1,
        "tenant.id": "own",
      });
    });

    it("describes plugins' operations and those of the memory system", () => {
      tracer.createPluginSpan({ operation: "load", plugin: "scanner", version: "1.2" }).end();
      assert.equal(last().name, "plugin.load");
      assert.equal(last().kind, SpanKind.INTERNAL);
      assert.deepEqual(last().attributes, {
        "plugin.name": "scanner",
        "plugin.version": "1.2",
        "tenant.id": "own",
      });
      tracer.createMemorySpan({ operation: "search", storeId: "notes" }).end();
      assert.equal(last().name, "memory.search");
      assert.equal(last().kind, SpanKind.CLIENT);
      assert.deepEqual(last().attributes, {
        "gen_ai.operation.name": "search_memory",
        "gen_ai.memory.store.id": "notes",
        "tenant.id": "own",
      });
    });

    it("describes what is published and processed", () => {
      tracer
        .createPublishSpan({ queue: "scans", jobId: "7", jobName: "scan", batchSize: 2, system: "bullmq" })
        .end();
      assert.equal(last().name, "scans publish");
      assert.equal(last().kind, SpanKind.PRODUCER);
      assert.deepEqual(last().attributes, {
        "messaging.system": "bullmq",
        "messaging.operation.type": "send",
        "messaging.operation.name": "publish",
        "messaging.destination.name": "scans",
        "messaging.message.id": "7",
        "messaging.batch.message_count": 2,
        "autoweave.job.name": "scan",
        "tenant.id": "own",
      });
      tracer.createProcessSpan({ queue: "scans", jobId: "7", attempt: 2 }).end();
      assert.equal(last().name, "scans process");
      assert.equal(last().kind, SpanKind.CONSUMER);
      assert.equal(last().attributes["messaging.operation.type"], "process");
      assert.equal(last().attributes["autoweave.job.attempt"], 2);
    });

    it("joins a job to its producer's trace, or links it, and works for the producer's tenant either way", () => {
      const headers: Record<string, string> = {};
      withTenant("blue", () =>
        tracer.withPublishSpan({ queue: "scans" }, () => injectContext(context.active(), headers)),
      );
      const published = last().spanContext();
      const producer = extractContext(ROOT_CONTEXT, headers);

      assert.equal(tracer.withProcessSpan({ queue: "scans", producer }, currentTenant), "blue");
      assert.equal(last().spanContext().traceId, published.traceId);
      assert.equal(last().parentSpanContext?.spanId, published.spanId);
      assert.equal(last().attributes["tenant.id"], "blue");

      const poll = tracer.startSpan("poll");
      context.with(trace.setSpan(ROOT_CONTEXT, poll), () => {
        assert.equal(
          tracer.withProcessSpan({ queue: "scans", producer, relation: "link" }, currentTenant),
          "blue",
        );
      });
      assert.notEqual(last().spanContext().traceId, published.traceId);
      assert.equal(last().parentSpanContext, undefined);
      assert.deepEqual(
        last().links.map(({ context }) => context.spanId),
        [published.spanId],
      );
      assert.equal(last().attributes["tenant.id"], "blue");
    });

    it("begins a span when the caller says that it began", () => {
      tracer.createUSBEventSpan({ action: "attach", startTime: [1_700_000_000, 5] }).end();
      assert.deepEqual(last().startTime, [1_700_000_000, 5]);
    });
  });

  describe("around a function", () => {
    it("gives it the span, in its context and for its tenant, and gives back what it returns", () => {
      const value = {};
      const returned = tracer.withUSBEventSpan({ action: "attach", tenantId: "blue" }, (span) => {
        assert.equal(trace.getActiveSpan(), span);
        assert.equal(currentTenant(), "blue");
        tracer.startSpan("child").end();
        return value;
      });
      assert.equal(returned, value);
      const [child, parent] = spans;
      assert.equal(child?.parentSpanContext?.spanId, parent?.spanContext().spanId);
      assert.equal(child?.attributes["tenant.id"], "blue");
      assert.equal(trace.getActiveSpan(), undefined);
    });

    it("ends the span when a promise settles, and before whoever waits for it goes on", async () => {
      const promise = tracer.withSpan("work", async (span) => {
        await new Promise((resolve) => setImmediate(resolve));
        assert.equal(trace.getActiveSpan(), span);
        return 7;
      });
      assert.ok(promise instanceof Promise);
      assert.equal(spans.length, 0);
      assert.equal(
        await promise.then((value) => {
          assert.equal(spans.length, 1);
          return value;
        }),
        7,
      );
      assert.equal(last().status.code, SpanStatusCode.UNSET);
    });

    it("records what it throws, or rejects with, and lets exactly that through", async () => {
      const error = Object.assign(new TypeError("no device"), { code: "ENODEV" });
      const failing = () => {
        throw error;
      };
      assert.throws(
        () => tracer.withPluginSpan({ operation: "load", plugin: "a" }, failing),
        (thrown) => thrown === error,
      );
      await assert.rejects(
        tracer.withMemorySpan({ operation: "add" }, async () => failing()),
        (thrown) => thrown === error,
      );
      assert.equal(spans.length, 2);
      for (const { status, attributes, events } of spans) {
        assert.deepEqual(status, { code: SpanStatusCode.ERROR, message: "no device" });
        assert.equal(attributes["error.type"], "ENODEV");
        assert.equal(events[0]?.name, "exception");
        assert.equal(events[0]?.attributes?.["exception.message"], "no device");
        assert.match(String(events[0]?.attributes?.["exception.stacktrace"]), /tracer\.test\.ts/);
      }
    });

    it("records whatever else may be thrown", () => {
      const refusing = new Proxy(new Error("no"), {
        get: () => {
          throw new Error("refused");
        },
        getPrototypeOf: () => {
          throw new Error("refused");
        },
      });
      const thrown: [unknown, string, string][] = [
        ["text", "_OTHER", "text"],
        [undefined, "_OTHER", "undefined"],
        [null, "_OTHER", "null"],
        [7, "_OTHER", "7"],
        [{ code: "E1", message: "plain" }, "E1", "plain"],
        [Object.create(null), "_OTHER", "(unreadable)"],
        [Symbol("s"), "_OTHER", "Symbol(s)"],
        [refusing, "_OTHER", "(unreadable)"],
        [new (class OwnError extends Error {})("own"), "Error", "own"],
        [Object.assign(new RangeError("x".repeat(10)), { code: 5 }), "RangeError", "x".repeat(10)],
      ];
      for (const [value, type, message] of thrown) {
        let caught: unknown = "nothing";
        try {
          tracer.withSpan("work", () => {
            throw value;
          });
        } catch (error) {
          caught = error;
        }
        assert.ok(Object.is(caught, value));
        assert.equal(last().status.message, message);
        assert.equal(last().attributes["error.type"], type);
        assert.equal(last().events.length, 1, message);
      }
    });

    it("returns a promise of the function's own class", async () => {
      class OwnPromise<T> extends Promise<T> {}
      assert.ok(tracer.withSpan("work", () => OwnPromise.resolve(1)) instanceof OwnPromise);
    });

    it("starts a lazy thenable once, and ends the span when that is done", async () => {
      let runs = 0;
      const query = {
        then(resolve: (value: number) => void) {
          runs++;
          setImmediate(() => resolve(42));
        },
      };
      const promise = tracer.withSpan("query", () => query) as unknown as Promise<number>;
      assert.equal(await promise, 42);
      assert.equal(runs, 1);
      assert.equal(spans.length, 1);
      const broken = {
        then() {
          throw new Error("no");
        },
      };
      await assert.rejects(
        tracer.withSpan("broken", () => broken) as unknown as Promise<void>,
        /^Error: no$/,
      );
      assert.equal(last().status.code, SpanStatusCode.ERROR);
    });

    it("leaves an unhandled rejection unhandled, once", async () => {
      const module = new URL("../../src/traces/run.ts", import.meta.url);
      const code = `
        import { runInSpan } from ${JSON.stringify(module)};
        const span = { setStatus() {}, setAttribute() {}, recordException() {}, end() {} };
        runInSpan(span, {}, async () => { throw new Error("unhandled"); });
        runInSpan(span, {}, async () => { throw new Error("handled"); }).catch(() => undefined);`;
      assert.deepEqual(await unhandledRejections(code), ["unhandled"]);
    });

    it("leaves alone a span that the function has ended itself", () => {
      assert.throws(() =>
        tracer.withSpan("work", (span) => {
          span.end();
          throw new Error("late");
        }),
      );
      assert.equal(spans.length, 1);
      assert.equal(last().status.code, SpanStatusCode.UNSET);
    });

    it("takes options for a span of the app's own", () => {
      const blue = contextWithTenant(ROOT_CONTEXT, "blue");
      tracer.withSpan("outer", (outer) => {
        tracer.withSpan(
          "inner",
          {
            kind: SpanKind.CLIENT,
            attributes: { a: 1 },
            links: [{ context: outer.spanContext() }],
            root: true,
            tenantId: "green",
          },
          () => undefined,
        );
        tracer.withSpan("elsewhere", { parent: blue }, () => undefined);
      });
      const [inner, elsewhere] = spans;
      assert.equal(inner?.kind, SpanKind.CLIENT);
      assert.deepEqual(inner?.attributes, { a: 1, "tenant.id": "green" });
      assert.equal(inner?.parentSpanContext, undefined);
      assert.equal(inner?.links.length, 1);
      assert.equal(elsewhere?.parentSpanContext, undefined);
      assert.equal(elsewhere?.attributes["tenant.id"], "blue");
    });
  });

  describe("as OpenTelemetry's own", () => {
    it("starts spans, and calls functions in their context without ending them", () => {
      const [a, b, c] = [
        tracer.startActiveSpan("a", (span) => [span, trace.getActiveSpan()] as const),
        tracer.startActiveSpan(
          "b",
          { kind: SpanKind.SERVER },
          (span) => [span, trace.getActiveSpan()] as const,
        ),
        tracer.startActiveSpan(
          "c",
          {},
          contextWithTenant(ROOT_CONTEXT, "blue"),
          (span) => [span, currentTenant()] as const,
        ),
      ];
      assert.equal(a[0], a[1]);
      assert.equal(b[0], b[1]);
      assert.equal(c[1], "blue");
      assert.equal(spans.length, 0);
      for (const [span] of [a, b, c]) span.end();
      assert.deepEqual(
        spans.map(({ name }) => name),
        ["a", "b", "c"],
      );
    });
  });

  describe("given nonsense", () => {
    const throwing = () => {
      throw new Error("no");
    };
    const refusing = new Proxy({}, { get: throwing, ownKeys: throwing, getPrototypeOf: throwing }) as never;
    const nonsense = [undefined, null, 7, "text", Symbol("s"), [], {}, refusing] as never[];

    it("starts some span, throws nothing, and still runs the function", () => {
      for (const kind of ["USBEvent", "Plugin", "Publish", "Process", "Memory"] as const) {
        for (const args of nonsense) {
          tracer[`create${kind}Span`](args).end();
          assert.equal(
            tracer[`with${kind}Span`](args, () => 5),
            5,
          );
          assert.equal(
            tracer[`with${kind}Span`](
              { parent: args, startTime: args, attributes: args, producer: args } as never,
              () => 5,
            ),
            5,
          );
        }
      }
      for (const options of nonsense) {
        assert.equal(
          tracer.withSpan(options, options, () => 5),
          5,
        );
        assert.equal(
          tracer.startActiveSpan(options, options, options, () => 5),
          5,
        );
        tracer.startSpan(options, options, options).end(options);
      }
    });

    it("runs nothing, and returns nothing, where there is no function", () => {
      for (const fn of nonsense) {
        assert.equal(tracer.withUSBEventSpan({ action: "attach" }, fn), undefined);
        assert.equal(tracer.withSpan("work", fn), undefined);
        assert.equal(tracer.startActiveSpan("work", fn), undefined);
      }
    });

    it("names a span without a usable name unknown", () => {
      tracer.createUSBEventSpan({ action: "" as never }).end();
      assert.equal(last().name, "usb.unknown");
      tracer.createUSBEventSpan({ action: "attach", tenantId: "no/tenant" }).end();
      assert.equal(last().attributes["tenant.id"], "own");
    });
  });

  describe("before it is attached, and after it is detached", () => {
    const idle = new AutoWeaveTracer();

    it("records nothing, and runs functions for their tenant all the same", async () => {
      tracer.detach();
      for (const one of [idle, tracer]) {
        assert.ok(!one.createUSBEventSpan({ action: "attach" }).isRecording());
        const value = Promise.resolve(1);
        assert.equal(
          one.withSpan("work", () => value),
          value,
        );
        assert.equal(
          one.withPluginSpan({ operation: "load", plugin: "a", tenantId: "blue" }, currentTenant),
          "blue",
        );
        assert.equal(
          one.startActiveSpan("work", (span: Span) => span.isRecording()),
          false,
        );
      }
      assert.equal(spans.length, 0);
    });

    it("lets the trace that the process is in pass through", () => {
      const spanContext = {
        traceId: "0af7651916cd43dd8448eb211c80319c",
        spanId: "b7ad6b7169203331",
        traceFlags: 1,
      };
      const traced = trace.setSpanContext(ROOT_CONTEXT, spanContext);
      assert.deepEqual(idle.startSpan("any", {}, traced).spanContext(), spanContext);
      context.with(traced, () => {
        const seen = idle.withSpan("work", () => trace.getActiveSpan()?.spanContext());
        assert.deepEqual(seen, spanContext);
      });
    });
  });
});
