import assert from "node:assert/strict";
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeliveryOptions } from "../../src/delivery/delivery.ts";
import { readSpoolName } from "../../src/delivery/spool-file.ts";
import { signals, type Signal } from "../../src/names/index.ts";
import { assertBalanced, deliveryTo } from "../support/deliveries.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FakeTransport } from "../support/fake-transport.ts";
import { eventually } from "../support/fast-clock.ts";
import { recordOf } from "../support/records.ts";
import { stderrOf } from "../support/stderr.ts";

const mebibyte = 1024 * 1024;
const outageSeconds = 300;
const spansPerSecond = 100;
const linesPerSecond = 200;
/** The SDK's default, as all that follows. */
const maxQueueItems = 20_000;
const batchDelayMs = { traces: 5_000, logs: 1_000, metrics: 1_000 };

/** Every record has a name of its own, by which it is missed. */
class App {
  readonly clock = new FakeClock();
  readonly backends = Object.fromEntries(
    signals.map((signal) => [signal, new FakeTransport(signal)]),
  ) as Record<Signal, FakeTransport>;
  readonly #deliveries;
  #second = 0;

  constructor(spool: DeliveryOptions["spool"]) {
    this.#deliveries = Object.fromEntries(
      signals.map((signal) => [
        signal,
        deliveryTo(`http://backend/v1/${signal}`, {
          signal,
          clock: this.clock,
          transport: this.backends[signal],
          timeoutMs: 10_000,
          batchItems: 512,
          batchDelayMs: batchDelayMs[signal],
          maxQueueItems,
          maxQueueBytes: 16 * mebibyte,
          spool,
        }),
      ]),
    ) as Record<Signal, ReturnType<typeof deliveryTo>>;
  }

  counts = (signal: Signal) => this.#deliveries[signal].counts();

  async second(): Promise<void> {
    const { traces, logs, metrics } = this.#deliveries;
    const second = this.#second++;
    for (let i = 0; i < spansPerSecond; i++) traces.offer(recordOf("traces", `${second}.${i}`));
    for (let i = 0; i < linesPerSecond; i++) logs.offer(recordOf("logs", `${second}.${i}`));
    if (second % 60 === 0) metrics.offerSnapshot([recordOf("metrics", `${second}`, 1_000)]);
    await this.clock.run(1_000);
    for (const signal of signals) assertBalanced(this.#deliveries[signal]);
  }

  set isDown(isDown: boolean) {
    for (const signal of signals) this.backends[signal].mood = isDown ? "disconnect" : "accept";
  }

  async recover(): Promise<void> {
    this.isDown = false;
    await eventually(async () => {
      await this.clock.run(1_000);
      return signals.every((signal) => this.counts(signal).waiting.items === 0);
    });
  }

  async end(): Promise<void> {
    await Promise.all(signals.map((signal) => this.#deliveries[signal].shutdown(0)));
  }
}

describe("an outage of five minutes at 100 spans and 200 log lines per second", () => {
  it("loses nothing with a spool", async function () {
    this.timeout(60_000);
    const directory = mkdtempSync(join(tmpdir(), "autoweave-spool-"));
    const app = new App({ directory, maxBytes: 256 * mebibyte, maxAgeMs: 86_400_000 });
    const onDisk = (signal: Signal) =>
      globSync(`${signal}/*/*.batch`, { cwd: directory })
        .map((path) => readSpoolName(path.slice(path.lastIndexOf("/") + 1))?.items ?? NaN)
        .reduce((sum, items) => sum + items, 0);
    try {
      await stderrOf(async () => {
        app.isDown = true;
        for (let second = 0; second < outageSeconds; second++) {
          await app.second();
          if (second % 10 > 0) continue;
          // The disk is real: it keeps up with the app in real seconds, and must not be left behind by these.
          await eventually(() => onDisk("traces") >= app.counts("traces").produced - 512);
          await eventually(() => onDisk("logs") >= app.counts("logs").produced - 512);
        }
        await app.recover();
      });
      for (const [signal, produced] of [
        ["traces", outageSeconds * spansPerSecond],
        ["logs", outageSeconds * linesPerSecond],
        ["metrics", 5_000],
      ] as const) {
        const { delivered, dropped } = app.counts(signal);
        assert.deepEqual({ delivered, dropped }, { delivered: produced, dropped: {} }, signal);
        const names = app.backends[signal].taken.flat();
        assert.equal(names.length, signal === "metrics" ? 5 : produced);
        assert.equal(new Set(names).size, names.length);
      }
    } finally {
      await app.end();
      rmSync(directory, { recursive: true });
    }
  });

  it("loses without a spool exactly what exceeds the bounds, the newest first, and no metrics", async () => {
    const app = new App(undefined);
    await stderrOf(async () => {
      app.isDown = true;
      for (let second = 0; second < outageSeconds; second++) await app.second();
      await app.recover();
    });
    for (const [signal, perSecond] of [
      ["traces", spansPerSecond],
      ["logs", linesPerSecond],
    ] as const) {
      const { delivered, dropped } = app.counts(signal);
      const excess = outageSeconds * perSecond - maxQueueItems;
      assert.deepEqual({ delivered, dropped }, { delivered: maxQueueItems, dropped: { queue_full: excess } });
      const names = new Set(app.backends[signal].taken.flat());
      assert.equal(names.size, maxQueueItems);
      for (let second = 0; second < maxQueueItems / perSecond; second++) {
        assert.ok(names.has(`${second}.0`) && names.has(`${second}.${perSecond - 1}`));
      }
    }
    assert.deepEqual(app.counts("metrics").dropped, {});
    assert.equal(app.counts("metrics").delivered, 5_000);
    await app.end();
  });

  it("is probed with one request at a time, at most every other second on the average", async () => {
    const app = new App(undefined);
    await stderrOf(async () => {
      app.isDown = true;
      for (let second = 0; second < outageSeconds; second++) await app.second();
    });
    for (const signal of signals) {
      assert.equal(app.backends[signal].mostAtOnce, 1, signal);
      assert.ok(app.backends[signal].requests < 60, `${app.backends[signal].requests} requests`);
    }
    await app.end();
  });
});
