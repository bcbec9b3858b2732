import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { context, propagation, trace } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import {
  getGlobalTracer,
  getLogger,
  getMetrics,
  getObservabilityManager,
  initializeObservability,
  ObservabilityConfigError,
  type ObservabilityOptions,
  withTenant,
} from "../src/index.ts";
import { ObservabilityManager } from "../src/manager.ts";
import { signals } from "../src/names/index.ts";
import { resolveOptions } from "../src/options/resolve.ts";
import { Backend } from "./support/backend.ts";
import { plainAttributes } from "./support/otlp-decode.ts";
import { stderrOf } from "./support/stderr.ts";

describe("the manager", () => {
  let backend: Backend;
  let manager: ObservabilityManager | undefined;

  const options = (): ObservabilityOptions => ({
    serviceName: "shop",
    tenantId: "blue",
    otlpEndpoint: backend.url,
    lokiEndpoint: backend.url,
    samplingRate: 1,
    healthHost: "127.0.0.1",
    healthPort: 0,
  });
  const setUp = (more: ObservabilityOptions = {}) =>
    (manager = initializeObservability({ ...options(), ...more }));
  const health = (path: string) => fetch(`http://127.0.0.1:${manager?.healthPort}${path}`);
  const namesOf = (signal: "traces" | "metrics") =>
    backend.kept.flatMap(({ record }) => ("name" in record ? [record.name] : [])).filter(() => signal);

  before(async () => {
    backend = await Backend.start();
  });
  beforeEach(() => void backend.requests.splice(0));
  afterEach(() => manager?.shutdown());
  after(() => backend.stop());

  it("sends spans, metrics and log lines of an instrumented component, with the tenant of each", async () => {
    const daemon = new EventEmitter().on("attach", () => {});
    setUp().instrumentUSBDaemon(daemon);
    await manager?.initialize();
    withTenant("green", () =>
      daemon.emit("attach", { vendorId: 0x1234, productId: 0x5678, devicePath: "/dev/1" }),
    );
    await manager?.flush();
    const spans = backend.kept.filter(({ record }) => "spanId" in record && "kind" in record);
    assert.deepEqual(
      namesOf("traces").filter((name) => name === "usb.attach"),
      ["usb.attach"],
    );
    const [span] = spans;
    assert.ok(span && "attributes" in span.record);
    assert.equal(plainAttributes(span.record.attributes)["tenant.id"], "green");
    assert.ok(namesOf("metrics").includes("autoweave_usb_events_total"));
    assert.deepEqual(
      new Set(backend.requests.map(({ path }) => path)),
      new Set(["/v1/traces", "/v1/metrics", "/otlp/v1/logs"]),
    );
  });

  it("counts every signal's telemetry as delivered once it is", async () => {
    await setUp().initialize();
    getGlobalTracer().startSpan("work").end();
    getLogger().info("done");
    await manager?.flush();
    for (const signal of signals) {
      const counts = manager?.deliveryCounts(signal) ?? assert.fail(signal);
      assert.ok(counts.produced > 0, signal);
      assert.equal(counts.delivered, counts.produced, signal);
      assert.deepEqual(counts.waiting, { items: 0, bytes: 0 });
    }
  });

  it("makes live what was obtained before it was initialized, and lets it do nothing before and after", async () => {
    const [tracer, metrics, log] = [getGlobalTracer(), getMetrics(), getLogger().child({ part: 1 })];
    const orders = metrics.counter("orders_total", { help: "Orders." });
    const record = (name: string) => {
      tracer.withSpan(name, () => log.info(name));
      orders.increment({});
    };
    record("too early");
    await setUp().initialize();
    record("in time");
    await manager?.flush();
    await manager?.shutdown();
    record("too late");
    const names = backend.kept.flatMap(({ record }) => ("name" in record ? [record.name] : []));
    assert.ok(names.includes("in time"));
    assert.ok(names.includes("orders_total"));
    assert.ok(!names.includes("too early") && !names.includes("too late"));
  });

  it("is the same for equal options, and refuses others while it is there", async () => {
    assert.equal(setUp(), setUp());
    assert.equal(getObservabilityManager(), manager);
    assert.throws(
      () => initializeObservability({ ...options(), samplingRate: 0.5 }),
      (error) =>
        error instanceof ObservabilityConfigError &&
        error.code === "AUTOWEAVE_ALREADY_INITIALIZED" &&
        error.message.includes("samplingRate"),
    );
    await manager?.shutdown();
    assert.notEqual(initializeObservability({ ...options(), samplingRate: 0.5 }), manager);
    await getObservabilityManager().shutdown();
  });

  it("takes its instrumentations back at the end, and its place in OpenTelemetry's API", async () => {
    const daemon = new EventEmitter().on("attach", () => {});
    const { emit } = daemon;
    await setUp().initialize();
    manager?.instrumentUSBDaemon(daemon);
    assert.ok(trace.getTracer("app").startSpan("x").isRecording());
    await manager?.shutdown();
    assert.equal(daemon.emit, emit);
    assert.ok(!trace.getTracer("app").startSpan("x").isRecording());
  });

  it("is ready from its start to its end, and not while it drains", async () => {
    await setUp().initialize();
    assert.equal((await health("/ready")).status, 200);
    manager?.drain();
    assert.equal((await health("/ready")).status, 503);
    assert.equal((await health("/live")).status, 200);
  });

  it("makes a critical check of the app's count for its readiness", async () => {
    setUp().addHealthCheck("database", () => "no connection");
    await manager?.initialize();
    const response = await health("/health");
    assert.equal(response.status, 503);
    assert.match(await response.text(), /no connection/);
  });

  it("serves metrics for scraping instead of pushing them, never both", async () => {
    await setUp({ metricsExport: "scrape" }).initialize();
    const page = await health("/metrics");
    assert.equal(page.status, 200);
    const text = await page.text();
    assert.match(text, /autoweave_health_status\{.*check="ready".*\} 1/);
    assert.match(text, /autoweave_event_loop_stalls_total\{.*\} 0/);
    await manager?.flush();
    assert.ok(!backend.requests.some(({ path }) => path === "/v1/metrics"));
    await manager?.shutdown();
    await setUp().initialize();
    assert.equal((await health("/metrics")).status, 404);
  });

  it("sends nothing of the signals that are switched off", async () => {
    await setUp({ enableTracing: false, enableLogging: false, enableMetrics: false }).initialize();
    getGlobalTracer().startSpan("work").end();
    getLogger().info("done");
    await manager?.shutdown();
    assert.deepEqual(backend.requests, []);
  });

  it("leaves nothing but the app's own lines where all is switched off", async () => {
    const lines: string[] = [];
    const disabled = resolveOptions(options(), { OTEL_SDK_DISABLED: "true" });
    const off = new ObservabilityManager(disabled, { logDestination: { write: (line) => lines.push(line) } });
    const daemon = new EventEmitter().on("attach", () => getLogger().info("the app's own"));
    off.instrumentUSBDaemon(daemon);
    await off.initialize();
    daemon.emit("attach", { vendorId: 1, productId: 2, tenantId: "green" });
    await off.shutdown();
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as Record<string, unknown>)["msg"]),
      ["the app's own"],
    );
    assert.match(lines[0] ?? "", /"tenant_id":"green"/);
    assert.deepEqual(backend.requests, []);
  });

  it("refuses a rate or level at run time as it does in the options", async () => {
    await setUp().initialize();
    const isInvalid = (error: unknown) =>
      error instanceof ObservabilityConfigError && error.code === "AUTOWEAVE_INVALID_OPTIONS";
    assert.throws(() => manager?.setSampling({ samplingRate: 2 }), isInvalid);
    assert.throws(() => manager?.setLogLevel("loud" as "info"), isInvalid);
    manager?.setLogLevel("warn");
    getLogger().info("not said");
    await manager?.flush();
    assert.ok(!backend.requests.some(({ path }) => path === "/otlp/v1/logs"));
  });

  it("works beside another OpenTelemetry SDK that was started before, and says what that keeps", async () => {
    const other = new NodeSDK({ autoDetectResources: false, spanProcessors: [], instrumentations: [] });
    other.start();
    try {
      const said = await stderrOf(() => setUp().initialize());
      assert.match(said, /Another OpenTelemetry SDK/);
      getGlobalTracer().startSpan("ours").end();
      await manager?.flush();
      assert.ok(backend.requests.some(({ path }) => path === "/v1/traces"));
    } finally {
      await other.shutdown();
      for (const api of [trace, context, propagation]) api.disable();
    }
  });

  it("ends in time though no backend answers", async () => {
    await backend.refuseConnections();
    try {
      await setUp({ shutdownTimeoutMs: 300 }).initialize();
      getGlobalTracer().startSpan("work").end();
      await manager?.shutdown();
      const counts = manager?.deliveryCounts("traces");
      assert.deepEqual(counts?.dropped, { shutdown: 1 });
    } finally {
      await backend.listen();
    }
  });
});
