import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { runtimeMetrics } from "../../src/names/index.ts";
import { metricsCore, scrape } from "../support/metrics.ts";
import { heapBytes } from "../support/memory.ts";

describe("the metrics of the Node runtime", () => {
  it("are those that the vocabulary lists, with its types and labels, and no others", async function () {
    if (process.platform !== "linux") {
      console.log("      skipped: some of the metrics exist on Linux only");
      this.skip();
    }
    const { core } = metricsCore({ nodeMetrics: true });
    const read = async () =>
      (await scrape(core)).map((sample) => ({
        ...sample,
        name: sample.name.replace(/_(bucket|sum|count)$/, ""),
      }));
    // A collection of garbage and a delay of the event loop are told of when there was one.
    heapBytes();
    let samples = await read();
    const named = (name: string) => samples.filter((sample) => sample.name === name);
    while (
      named("nodejs_gc_duration_seconds").length === 0 ||
      named("nodejs_eventloop_lag_p99_seconds").length === 0
    ) {
      await new Promise(setImmediate);
      samples = await read();
    }
    core.close();
    for (const { name, labels } of Object.values(runtimeMetrics)) {
      const [sample] = named(name);
      assert.ok(sample, name);
      const own = Object.keys(sample.labels).filter(
        (label) => !["tenant_id", "service", "environment", "version", "le"].includes(label),
      );
      assert.deepEqual(own, labels, name);
      assert.ok(
        named(name).every(({ value, labels }) => Number.isFinite(value) && labels["tenant_id"] === "own"),
        name,
      );
    }
    const known = new Set<string>(Object.values(runtimeMetrics).map(({ name }) => name));
    assert.deepEqual(
      samples.filter(({ name }) => !known.has(name)),
      [],
    );
  });

  it("are plausible", async () => {
    const { core } = metricsCore({ nodeMetrics: true });
    const samples = await scrape(core);
    core.close();
    const value = (name: string) => samples.find((sample) => sample.name === name)?.value ?? NaN;
    const used = process.memoryUsage();
    const close = (name: string, expected: number) =>
      assert.ok(
        Math.abs(value(name) / expected - 1) < 0.5,
        `${name}: ${value(name)}, expected about ${expected}`,
      );
    close("process_resident_memory_bytes", used.rss);
    close("nodejs_heap_size_used_bytes", used.heapUsed);
    close("process_cpu_seconds_total", (process.cpuUsage().user + process.cpuUsage().system) / 1e6);
    close("process_start_time_seconds", Date.now() / 1000 - process.uptime());
    const utilization = value("nodejs_eventloop_utilization_ratio");
    assert.ok(utilization >= 0 && utilization <= 1);
    assert.equal(samples.find(({ name }) => name === "nodejs_version_info")?.labels["version"], "1.0.0");
  });

  it("say nothing more of what is gone than that there is none of it", async () => {
    const { core } = metricsCore({ nodeMetrics: true });
    const servers = async () =>
      (await scrape(core)).find(({ labels }) => labels["type"] === "TCPServerWrap")?.value;
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    assert.equal(await servers(), 1);
    server.close();
    await once(server, "close");
    // The handle goes shortly after the event.
    while ((await servers()) !== 0) await new Promise(setImmediate);
    core.close();
  });
});
