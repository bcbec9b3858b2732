import assert from "node:assert/strict";
import { context, ROOT_CONTEXT, type Span, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { setProcessTenant, withTenant } from "../../src/context/tenant.ts";
import { metrics } from "../../src/names/index.ts";
import { decodeRecord } from "../support/otlp-decode.ts";
import { metricsCore, scrape } from "../support/metrics.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const span = (traceFlags: number): Span => trace.wrapSpanContext({ traceId, spanId, traceFlags });
const attach = { action: "attach", outcome: "success" };
const bulk = { direction: "in", type: "bulk" };

describe("the metrics of a process", () => {
  const contexts = new AsyncLocalStorageContextManager();
  before(() => {
    context.setGlobalContextManager(contexts.enable());
    setProcessTenant("own");
  });
  after(() => {
    context.disable();
    setProcessTenant(undefined);
  });

  it("count, by labels, and carry the tenant, service, environment and version", async () => {
    const { core } = metricsCore();
    core.increment(metrics.usbEvents, attach);
    core.increment(metrics.usbEvents, attach, 2);
    assert.deepEqual((await scrape(core))[0], {
      name: "autoweave_usb_events_total",
      labels: { ...attach, tenant_id: "own", service: "svc", environment: "test", version: "1.0.0" },
      value: 3,
    });
  });

  it("have a failure and a success at 0 before there was one, for whom there was the other", async () => {
    const { core } = metricsCore();
    core.increment(metrics.usbEvents, attach, 2, "blue");
    core.increment(metrics.queueJobs, { queue: "q", outcome: "error", result: "dead" });
    core.observe(metrics.pluginLoadDuration, { plugin: "p", outcome: "success" }, 1);
    assert.deepEqual(
      (await scrape(core))
        .filter(({ name }) => name.endsWith("_total"))
        .map(({ labels: { tenant_id, outcome, result }, value }) => [tenant_id, outcome, result, value]),
      [
        ["blue", "success", undefined, 2],
        ["blue", "error", undefined, 0],
        ["own", "error", "dead", 1],
        ["own", "success", "completed", 0],
        ["own", "error", "failed", 0],
        ["own", "error", "retried", 0],
      ],
    );
    assert.ok(
      (await scrape(core)).every(
        ({ name, labels }) => name.endsWith("_total") || labels["outcome"] === "success",
      ),
    );
    core.increment(metrics.usbEvents, { ...attach, outcome: "error" }, 1, "blue");
    assert.deepEqual(
      (await scrape(core)).slice(0, 2).map(({ value }) => value),
      [2, 1],
    );
  });

  it("are the named tenant's, else the current one's, else the process's", async () => {
    const { core } = metricsCore();
    core.increment(metrics.usbTransferBytes, bulk);
    withTenant("blue", () => core.increment(metrics.usbTransferBytes, bulk));
    withTenant("blue", () => core.increment(metrics.usbTransferBytes, bulk, 1, "green"));
    assert.deepEqual(
      (await scrape(core)).map(({ labels }) => labels["tenant_id"]),
      ["own", "blue", "green"],
    );
  });

  it("take a tenant's id that cannot be one for none", async () => {
    const { core } = metricsCore();
    core.increment(metrics.usbTransferBytes, bulk, 1, 'blue"} 1\nfaked');
    assert.deepEqual(
      (await scrape(core)).map(({ labels }) => labels["tenant_id"]),
      ["own"],
    );
  });

  it("set and move gauges", async () => {
    const { core } = metricsCore();
    core.set(metrics.pluginsLoaded, {}, 5);
    core.add(metrics.pluginsLoaded, {}, -2);
    core.set(metrics.sheddingLevel, {}, -0);
    const values = (await scrape(core)).map(({ value }) => value);
    assert.deepEqual(values, [3, 0]);
  });

  it("put a value on a bucket's bound into that bucket", async () => {
    const { core } = metricsCore();
    for (const value of [0.08, 0.080_000_1, 0.2, 11]) {
      core.observe(metrics.usbEventDuration, { action: "attach" }, value);
    }
    const upTo = Object.fromEntries(
      (await scrape(core))
        .filter(({ labels }) => labels["le"])
        .map(({ labels, value }) => [labels["le"], value]),
    );
    assert.deepEqual(
      [upTo["0.05"], upTo["0.08"], upTo["0.1"], upTo["0.2"], upTo["10.0"], upTo["+Inf"]],
      [0, 1, 2, 3, 3, 4],
    );
  });

  it("leave out, count and do not throw at values that are none", async () => {
    const { core, dropped } = metricsCore();
    const bad = [NaN, -1, Infinity, -Infinity, "5", undefined, null, {}, 1n, Symbol("s")] as number[];
    for (const value of bad) {
      // For a counter nothing means 1.
      if (value !== undefined) core.increment(metrics.usbEvents, attach, value);
      core.observe(metrics.usbEventDuration, attach, value);
      core.add(metrics.pluginsLoaded, {}, value);
      if (!Number.isFinite(value)) core.set(metrics.usbDevices, {}, typeof value === "number" ? NaN : value);
    }
    // A gauge may go down.
    assert.deepEqual(
      (await scrape(core)).map(({ name, value }) => [name, value]),
      [["autoweave_plugins_loaded", -1]],
    );
    assert.equal(dropped["invalid"], bad.length * 4 - 3);
  });

  it("never throw, whatever is given as labels", async () => {
    const { core, dropped } = metricsCore();
    const throwing = {
      get action(): string {
        throw new Error("no");
      },
    };
    const hostile: unknown[] = [
      undefined,
      null,
      7,
      "text",
      [],
      throwing,
      new Proxy({}, { get: () => assert.fail(), ownKeys: () => assert.fail() }),
      JSON.parse('{"__proto__":{"action":"x"},"constructor":1}'),
      Object.assign(Object.create(null), {
        action: "a".repeat(10 * 2 ** 20),
        outcome: "\ud800\r\n\u001b[0m",
      }),
    ];
    for (const labels of hostile as Record<string, unknown>[]) {
      core.increment(metrics.usbEvents, labels);
      core.observe(metrics.usbEventDuration, labels, 1);
      core.set(metrics.usbDevices, labels, 1);
      core.add(metrics.usbDevices, labels, 1);
    }
    core.increment(undefined as never, {});
    core.observe(metrics.usbEventDuration, attach, 1, 7 as never, "span" as never);
    assert.ok(dropped["invalid"]);
    const samples = await scrape(core);
    assert.ok(samples.every(({ labels }) => labels["tenant_id"] === "own"));
    const observed = samples.find(({ labels }) => labels["action"] === "attach" && labels["le"] === "+Inf");
    assert.equal(observed?.value, 1, "a span that is none costs its value nothing");
  });

  it("lead from a bucket to the sampled span that its latest value was made in", async () => {
    const { core } = metricsCore();
    const observe = (value: number, given?: Span | null) =>
      core.observe(metrics.usbEventDuration, { action: "attach" }, value, undefined, given);
    const inSpan = <T>(active: Span, run: () => T) => context.with(trace.setSpan(ROOT_CONTEXT, active), run);
    inSpan(span(1), () => observe(0.07));
    observe(0.15, span(1));
    inSpan(span(0), () => observe(3));
    inSpan(span(1), () => observe(0.0001, null));
    observe(99);
    const exemplars = (await scrape(core)).flatMap(({ labels, exemplar }) =>
      exemplar ? [[labels["le"], exemplar]] : [],
    );
    const seconds = Date.now() / 1000;
    assert.deepEqual(
      exemplars.map(([le, exemplar]) => [
        le,
        (exemplar as { labels: object }).labels,
        (exemplar as { value: number }).value,
      ]),
      [
        ["0.08", { trace_id: traceId, span_id: spanId }, 0.07],
        ["0.2", { trace_id: traceId, span_id: spanId }, 0.15],
      ],
    );
    for (const [, exemplar] of exemplars)
      assert.ok(Math.abs((exemplar as { seconds: number }).seconds - seconds) < 60);
  });

  it("have no exemplars when that is switched off", async () => {
    const { core } = metricsCore({ exemplars: false });
    core.observe(metrics.usbEventDuration, { action: "attach" }, 0.07, undefined, span(1));
    assert.ok((await scrape(core)).every(({ exemplar }) => !exemplar));
  });

  it("count each recording past a bound of labels", async () => {
    const { core, dropped } = metricsCore({ maxLabelValues: 2 });
    for (let i = 0; i < 10; i++)
      core.increment(metrics.queueJobs, { queue: `q${i}`, outcome: "success", result: "completed" });
    assert.equal(dropped["cardinality"], 8);
    assert.deepEqual(
      (await scrape(core))
        .filter(({ labels }) => labels["outcome"] === "success")
        .map(({ labels, value }) => [labels["queue"], value]),
      [
        ["q0", 1],
        ["q1", 1],
        ["other", 8],
      ],
    );
  });

  it("are collected before they are read, and one collector that fails keeps no other from it", async () => {
    const { core } = metricsCore();
    const stop = core.onCollect(async () => core.set(metrics.pluginsLoaded, {}, 4));
    core.onCollect(() => Promise.reject(new Error("broken")));
    assert.deepEqual(
      (await scrape(core)).map(({ value }) => value),
      [4],
    );
    core.set(metrics.pluginsLoaded, {}, 1);
    stop();
    assert.deepEqual(
      (await scrape(core)).map(({ value }) => value),
      [1],
    );
  });

  it("are in the snapshot as on the page", async () => {
    const { core } = metricsCore();
    core.increment(metrics.usbEvents, attach, 2.5);
    core.set(metrics.pluginsLoaded, {}, 3);
    core.observe(metrics.usbEventDuration, { action: "attach" }, 0.07);
    const records = await core.snapshot(Date.now());
    assert.deepEqual(
      records.map(({ bytes, items }) => [decodeRecord("metrics", bytes).name, items]),
      [
        ["autoweave_usb_events_total", 2],
        ["autoweave_plugins_loaded", 1],
        ["autoweave_usb_event_duration_seconds", 1],
      ],
    );
    assert.ok(records.every(({ scope }) => scope.name === "@autoweave/observability"));
  });
});
