import assert from "node:assert/strict";
import { globSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeliveryOptions } from "../../src/delivery/delivery.ts";
import type { Delivery } from "../../src/delivery/record.ts";
import { assertBalanced, deliveryTo } from "../support/deliveries.ts";
import { FakeClock, turn } from "../support/fake-clock.ts";
import { FakeTransport } from "../support/fake-transport.ts";
import { eventually } from "../support/fast-clock.ts";
import { recordOf } from "../support/records.ts";
import { stderrOf } from "../support/stderr.ts";

describe("snapshots of the metrics", () => {
  let clock: FakeClock;
  let backend: FakeTransport;
  let delivery: Delivery;
  const start = (options: Partial<DeliveryOptions> = {}) => {
    clock = new FakeClock();
    backend = new FakeTransport("metrics");
    delivery = deliveryTo("http://backend/v1/metrics", {
      signal: "metrics",
      clock,
      transport: backend,
      timeoutMs: 10_000,
      ...options,
    });
  };
  /** Ten data points in two metrics. */
  const snapshot = (name: string | number) => {
    delivery.offerSnapshot([recordOf("metrics", `${name}a`, 4), recordOf("metrics", `${name}b`, 6)]);
  };
  const taken = () => backend.taken.map((names) => names.join());
  afterEach(async () => {
    assertBalanced(delivery);
    await delivery.shutdown(0);
    assertBalanced(delivery);
  });

  /** Warnings are not what is tested here. */
  const quietly = (test: () => Promise<void>) => () => stderrOf(test).then(() => undefined);

  it(
    "are sent at once, one at a time, in order, through an outage too",
    quietly(async () => {
      start();
      snapshot(0);
      await turn();
      backend.mood = "disconnect";
      for (const minute of [1, 2, 3, 4]) {
        snapshot(minute);
        await clock.run(60_000);
      }
      backend.mood = "accept";
      await clock.run(60_000);
      assert.deepEqual(taken(), ["0a,0b", "1a,1b", "2a,2b", "3a,3b", "4a,4b"]);
      assert.equal(backend.mostAtOnce, 1);
      assert.equal(delivery.counts().delivered, 50);
    }),
  );

  it(
    "supersede the oldest that waits when the queue is full, which counts as delivered when a later one is acknowledged",
    quietly(async () => {
      start({ maxQueueItems: 30 });
      backend.mood = "disconnect";
      for (const minute of [0, 1, 2, 3, 4]) {
        snapshot(minute);
        await clock.run(60_000);
      }
      assert.deepEqual(delivery.counts().dropped, {});
      assert.equal(delivery.counts().waiting.items, 50);
      backend.mood = "accept";
      await clock.run(60_000);
      assert.deepEqual(taken(), ["2a,2b", "3a,3b", "4a,4b"]);
      assert.equal(delivery.counts().delivered, 50);
    }),
  );

  it(
    "that were superseded still wait when the later one is rejected, and are delivered with the next",
    quietly(async () => {
      start({ maxQueueItems: 10 });
      backend.mood = "disconnect";
      snapshot(0);
      await clock.run(1);
      snapshot(1);
      backend.mood = "reject";
      await clock.run(60_000);
      assert.equal(delivery.counts().delivered, 0);
      assert.deepEqual(delivery.counts().dropped, { rejected: 10 });
      assert.equal(delivery.counts().waiting.items, 10);
      backend.mood = "accept";
      snapshot(2);
      await clock.run(1);
      assert.equal(delivery.counts().delivered, 20);
    }),
  );

  it(
    "that were superseded are not delivered by an acknowledgement of an earlier one",
    quietly(async () => {
      start({ maxQueueItems: 20 });
      backend.mood = "hang";
      snapshot("sent");
      await turn();
      backend.mood = "accept";
      snapshot(1);
      snapshot(2);
      assert.equal(delivery.counts().waiting.items, 30);
      assert.equal(delivery.counts().delivered, 0);
      await clock.run(60_000);
      assert.deepEqual(taken(), ["senta,sentb", "2a,2b"]);
      assert.equal(delivery.counts().delivered, 30);
    }),
  );

  it(
    "that were superseded are given up at shutdown with the last one that could not be sent",
    quietly(async () => {
      start({ maxQueueItems: 10 });
      backend.mood = "disconnect";
      for (const minute of [0, 1, 2]) {
        snapshot(minute);
        await clock.run(60_000);
      }
      await delivery.shutdown(0);
      assert.deepEqual(delivery.counts().dropped, { shutdown: 30 });
    }),
  );

  it(
    "are taken even if one alone exceeds the bounds of the queue, and sent in pieces if it exceeds those of a request",
    quietly(async () => {
      start({ maxQueueItems: 5, maxQueueBytes: 1_000 });
      const large = "x".repeat(1024 * 1024);
      delivery.offerSnapshot(["a", "b", "c", "d", "e"].map((name) => recordOf("metrics", name + large, 10)));
      await clock.run(1);
      assert.deepEqual(
        backend.taken.map((names) => names.length),
        [3, 2],
      );
      assert.equal(delivery.counts().delivered, 50);
    }),
  );

  it(
    "supersede the oldest on disk when the spool is full",
    quietly(async () => {
      const directory = mkdtempSync(join(tmpdir(), "autoweave-spool-"));
      try {
        start({ spool: { directory, maxBytes: 1_000, maxAgeMs: 3_600_000 } });
        backend.mood = "disconnect";
        for (let minute = 10; minute < 30; minute++) {
          snapshot(minute);
          // All is on disk before time goes on.
          await eventually(() => {
            const files = globSync("metrics/*/*.batch", { cwd: directory });
            const bytes = files.reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
            return (
              files.some((name) => name.includes(`/${clock.now()}.`)) &&
              bytes === delivery.counts().waiting.bytes
            );
          });
          await clock.run(60_000);
        }
        assert.equal(delivery.counts().waiting.items, 200);
        assert.ok(delivery.counts().waiting.bytes <= 1_000);
        backend.mood = "accept";
        await eventually(async () => {
          await clock.run(1_000);
          return delivery.counts().delivered === 200;
        });
        assert.ok(backend.taken.length < 20);
        assert.equal(taken().at(-1), "29a,29b");
        assert.deepEqual(taken(), taken().toSorted());
      } finally {
        await delivery.shutdown(0);
        rmSync(directory, { recursive: true });
      }
    }),
  );
});
