import assert from "node:assert/strict";
import fc from "fast-check";
import { ObservabilityConfigError, type ObservabilityOptions } from "../../src/index.ts";
import { ObservabilityManager } from "../../src/manager.ts";
import { type Signal, signals } from "../../src/names/index.ts";
import { tenantIdPattern } from "../../src/options/definitions.ts";
import { resolveOptions } from "../../src/options/resolve.ts";
import { telemetry } from "../../src/telemetry.ts";
import { Backend } from "../support/backend.ts";
import { hostile } from "../support/hostile.ts";
import { heapBytes } from "../support/memory.ts";
import { plainAttributes } from "../support/otlp-decode.ts";
import type { Records } from "../support/otlp-types.ts";
import { type RecordingCalls, recordingCalls, setUpCalls } from "../support/recording-calls.ts";
import { stderrOf } from "../support/stderr.ts";

const anything = fc.anything({
  key: fc.oneof(
    fc.string({ unit: "binary", maxLength: 8 }),
    fc.constantFrom("__proto__", "tenant.id", "msg", "level", "then", "toJSON", "length"),
  ),
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
});

const more: Readonly<Record<string, () => unknown>> = {
  // Large enough to be cut, and small enough to be handed over some hundred times.
  longList: () => new Array(300_000),
  wide: () => Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`k${i}`, i])),
  hugeBigint: () => 1n << 100_000n,
  longText: () => "é\n".repeat(50_000),
  nothing: () => undefined,
  null: () => null,
  NaN: () => NaN,
  infinity: () => -Infinity,
  minusZero: () => -0,
  farDate: () => new Date(8.64e15),
  farTime: () => [Number.MAX_SAFE_INTEGER, 2e9],
  tenant: () => "blue|green",
  tenantAttribute: () => ({ "tenant.id": "blue|green" }),
  forgedLine: () => 'x"}\n{"level":"fatal","msg":"forged"}',
  rejection: () => ({ then: (_: unknown, reject: (error: unknown) => void) => reject(new Error("no")) }),
  throwingThen: () => Object.defineProperty({}, "then", { get: () => JSON.parse("{") as unknown }),
};

describe("whatever an app hands over", function () {
  this.timeout("2m");
  let backend: Backend;
  let manager: ObservabilityManager;
  let lines: string[];

  const start = async (options: ObservabilityOptions = {}) => {
    lines = [];
    const resolved = resolveOptions(
      {
        serviceName: "shop",
        tenantId: "own",
        otlpEndpoint: backend.url,
        lokiEndpoint: backend.url,
        samplingRate: 1,
        maxTracesPerSecond: 100_000,
        logLevel: "trace",
        enableHealthMonitoring: false,
        enableProductionOptimizations: false,
        ...options,
      },
      {},
    );
    manager = new ObservabilityManager(resolved, { logDestination: { write: (line) => lines.push(line) } });
    await manager.initialize();
  };

  before(async () => {
    backend = await Backend.start();
  });
  beforeEach(() => start());
  afterEach(async () => {
    await manager.shutdown();
    backend.requests.splice(0);
  });
  after(() => backend.stop());

  const receivedOf = <S extends Signal>(signal: S): { record: Records[S] }[] =>
    backend.requests
      .filter((request) => request.signal === signal)
      .flatMap(({ records }) => records) as never;

  /** Makes every call, and asserts that none throws. Returns how many spans and lines they ought to have made. */
  function makeAll({ spans, metrics, lines: logs, others }: RecordingCalls) {
    for (const [name, call] of Object.entries({ ...spans, ...metrics, ...logs, ...others })) {
      assert.doesNotThrow(call, name);
    }
    return { spans: Object.keys(spans).length, lines: Object.keys(logs).length };
  }

  function assertSpans(expected: number): void {
    const spans = receivedOf("traces").map(({ record }) => record);
    const { produced, delivered, dropped } = manager.deliveryCounts("traces") ?? assert.fail();
    assert.equal(produced, expected);
    assert.equal(delivered, spans.length);
    assert.equal(expected, spans.length + (dropped.too_large ?? 0), JSON.stringify(dropped));
    for (const span of spans) {
      assert.match(span.traceId, /^[0-9a-f]{32}$/);
      assert.match(span.spanId, /^[0-9a-f]{16}$/);
      assert.ok(span.endTimeUnixNano >= span.startTimeUnixNano);
      assert.match(String(plainAttributes(span.attributes)["tenant.id"]), tenantIdPattern);
      for (const { attributes } of [...span.events, ...span.links]) plainAttributes(attributes);
      for (const { traceId, spanId } of span.links) assert.match(traceId + spanId, /^[0-9a-f]{48}$/);
    }
  }

  function assertLines(expected: number): void {
    assert.equal(lines.length, expected);
    for (const line of lines) {
      // eslint-disable-next-line no-control-regex -- control characters are what it is about
      assert.match(line, /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]+\n$/);
      assert.ok(line.isWellFormed() && line.length < 512 * 1024);
      const { level, tenant_id, service } = JSON.parse(line) as Record<string, unknown>;
      assert.deepEqual([service, tenant_id], ["shop", "own"]);
      assert.notEqual(level, "fatal");
    }
    const { produced, delivered } = manager.deliveryCounts("logs") ?? assert.fail();
    assert.deepEqual([produced, delivered], [expected, expected]);
    for (const { record } of receivedOf("logs")) plainAttributes(record.attributes);
  }

  function assertMetrics(page: string): void {
    for (const line of page.split("\n")) assert.match(line, samplePattern);
    for (const { record } of receivedOf("metrics")) {
      const { gauge, sum, histogram } = record;
      for (const { attributes } of (gauge ?? sum ?? histogram)?.dataPoints ?? assert.fail(record.name)) {
        assert.match(String(plainAttributes(attributes)["tenant_id"]), tenantIdPattern);
      }
    }
  }

  for (const [name, make] of Object.entries({ ...hostile, ...more })) {
    it(`is recorded without an error, as OTLP, text format and one line of JSON per call: ${name}`, async () => {
      const said = await stderrOf(async () => {
        const expected = makeAll(recordingCalls(make() as never));
        await manager.flush();
        assertSpans(expected.spans);
        assertLines(expected.lines);
        assertMetrics(await manager.metricsPage());
      });
      for (const line of said.split("\n")) assert.ok(line.length < 2_100, line);
      assert.equal("polluted" in {}, false);
    });
  }

  it("is recorded likewise when it is anything else", async () => {
    const expected = { spans: 0, lines: 0 };
    await stderrOf(async () => {
      await fc.assert(
        fc.asyncProperty(anything, async (value) => {
          const { spans, lines: logs } = makeAll(recordingCalls(value as never));
          expected.spans += spans;
          expected.lines += logs;
          await manager.flush();
          assertSpans(expected.spans);
          assertLines(expected.lines);
        }),
        // What a shrunk input leaves behind would count for the next one.
        { endOnFailure: true, numRuns: 50 },
      );
      assertMetrics(await manager.metricsPage());
    });
  });

  it("is refused by set-up calls with an ObservabilityConfigError, if it is refused", async () => {
    await stderrOf(async () => {
      await fc.assert(
        fc.asyncProperty(anything, async (value) => {
          for (const [name, call] of Object.entries(setUpCalls(manager, value as never))) {
            try {
              call();
            } catch (error) {
              assert.ok(error instanceof ObservabilityConfigError, `${name}: ${(error as Error).stack}`);
            }
          }
        }),
        { endOnFailure: true },
      );
    });
  });

  it("does nothing before the start and after the end, whatever it is", async () => {
    await manager.shutdown();
    await stderrOf(() => {
      for (const make of Object.values({ ...hostile, ...more })) makeAll(recordingCalls(make() as never));
    });
    assert.deepEqual(lines, []);
  });

  describe("takes no more memory than its bounds, when there is very much of it:", () => {
    const million = 1_000_000;
    const mebibytes = 1024 * 1024;

    /** Heap that is in use afterwards and was not before. */
    async function growthOf(work: () => Promise<void> | void): Promise<number> {
      const before = heapBytes();
      await stderrOf(work);
      return heapBytes() - before;
    }

    it("a million values of a label, of which those past the cap are counted", async () => {
      const scans = telemetry.metrics.counter("scans_total", { help: "Scans.", labels: ["kind"] });
      const growth = await growthOf(() => {
        for (let i = 0; i < million; i++) scans.increment({ kind: `kind ${i}` });
      });
      assert.ok(growth < 4 * mebibytes, `${growth} bytes`);
      const page = (await manager.metricsPage())
        .split("\n")
        .filter((line) => line.startsWith("scans_total{"));
      const { maxLabelValues } = manager.options;
      assert.equal(page.length, maxLabelValues + 1);
      assert.match(page.at(-1) ?? "", new RegExp(`kind="other".* ${million - maxLabelValues}$`));
      assert.equal(manager.deliveryCounts("metrics")?.dropped.cardinality, million - maxLabelValues);
    });

    it("a hundred thousand tenants", async () => {
      const growth = await growthOf(() => {
        for (let i = 0; i < million / 10; i++) {
          telemetry.metrics.recordBusinessOperation("scan", `tenant-${i}`, { success: true });
        }
      });
      assert.ok(growth < 4 * mebibytes, `${growth} bytes`);
    });

    it("ten thousand names of spans, fields and messages, of which those past the queue are counted", async () => {
      await manager.shutdown();
      // Nobody listens there.
      const nowhere = { otlpEndpoint: "http://127.0.0.1:9", lokiEndpoint: "http://127.0.0.1:9" };
      await start({ ...nowhere, maxQueueItems: 1_000, maxQueueBytes: mebibytes, shutdownTimeoutMs: 0 });
      lines = { push() {} } as never;
      const growth = await growthOf(() => {
        for (let i = 0; i < million / 100; i++) {
          telemetry.tracer.startSpan(`span ${i}`, { attributes: { [`key ${i}`]: i } }).end();
          telemetry.logger.info({ [`field ${i}`]: i }, `message ${i}`);
        }
      });
      assert.ok(growth < 8 * mebibytes, `${growth} bytes`);
      for (const signal of ["traces", "logs"] as const) {
        const { produced, dropped, waiting } = manager.deliveryCounts(signal) ?? assert.fail();
        assert.deepEqual([produced, waiting.items], [million / 100, 1_000]);
        assert.equal(dropped.queue_full, produced - waiting.items);
      }
    });

    it("texts of 10 MiB in every attribute and field", async () => {
      const text = "x".repeat(10 * mebibytes);
      const attributes = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i} ${text}`, text]));
      const growth = await growthOf(() => {
        telemetry.tracer.startSpan(text, { attributes }).end();
        telemetry.logger.info(attributes, text);
        telemetry.metrics.recordBusinessOperation(text, "own", { success: true, plugin: text });
      });
      assert.ok(growth < 32 * mebibytes, `${growth} bytes`);
      await manager.flush();
      for (const signal of signals) {
        const { produced, delivered, dropped } = manager.deliveryCounts(signal) ?? assert.fail();
        assert.equal(produced, delivered + (dropped.too_large ?? 0), signal);
      }
    });
  });
});

/** A line of Prometheus' text format. */
const samplePattern =
  /^$|^# (HELP|TYPE) .*|^[a-zA-Z_][a-zA-Z0-9_]*(\{([a-z_]+="([^"\\\n]|\\[\\n"])*",?)*\})? ([-+0-9.eE]+|NaN|[-+]?Inf)$/;
