import assert from "node:assert/strict";
import type { TelemetryRecord } from "../../src/delivery/record.ts";
import { MetricsPush } from "../../src/metrics/push.ts";
import { FakeClock } from "../support/fake-clock.ts";

const scope = { name: "test" };

function pushing(snapshot?: (nowMs: number) => Promise<TelemetryRecord[]>, firstAfter = 0.5) {
  const clock = new FakeClock();
  const start = clock.now();
  const offered: { afterMs: number; takenAfterMs: number }[] = [];
  const take =
    snapshot ?? (async (nowMs: number) => [{ scope, bytes: new Uint8Array(), items: nowMs - start }]);
  const push = new MetricsPush({
    core: { snapshot: take },
    delivery: {
      offerSnapshot: (records) =>
        offered.push({ afterMs: clock.now() - start, takenAfterMs: records[0]?.items ?? -1 }),
    },
    clock,
    intervalMs: 60_000,
    firstAfter,
  });
  return { clock, push, offered };
}

describe("the push of metrics", () => {
  it("is first after a part of the interval, and regular then", async () => {
    const { clock, offered } = pushing();
    await clock.run(29_999);
    assert.deepEqual(offered, []);
    await clock.run(200_000);
    assert.deepEqual(
      offered.map(({ afterMs }) => afterMs),
      [30_000, 90_000, 150_000, 210_000],
    );
  });

  it("is first at some time within the interval when nothing else is said", async () => {
    const clock = new FakeClock();
    for (let i = 0; i < 100; i++) {
      new MetricsPush({
        core: { snapshot: async () => [] },
        delivery: { offerSnapshot() {} },
        clock,
        intervalMs: 60_000,
      });
    }
    assert.ok((clock.nextInMs ?? 0) < 30_000);
    clock.advance(60_000);
    assert.equal(clock.pending, 100);
  });

  it("hands over at once what is to be flushed, and resolves when that is done", async () => {
    const { clock, push, offered } = pushing();
    await clock.run(1_000);
    await push.flush();
    assert.deepEqual(offered, [{ afterMs: 1_000, takenAfterMs: 1_000 }]);
  });

  it("takes a new snapshot for a flush when one is being taken already", async () => {
    let finish = () => {};
    const slow = new Promise<void>((resolve) => (finish = resolve));
    let taken = 0;
    const { clock, push, offered } = pushing(async () => {
      if (++taken === 1) await slow;
      return [{ scope, bytes: new Uint8Array(), items: taken }];
    });
    await clock.run(30_000);
    const flushed = push.flush();
    finish();
    await flushed;
    assert.equal(taken, 2);
    assert.equal(offered.length, 2);
  });

  it("leaves out a turn while a snapshot is still being taken", async () => {
    let finish = () => {};
    const slow = new Promise<void>((resolve) => (finish = resolve));
    let taken = 0;
    const { clock, offered } = pushing(async () => {
      if (++taken === 1) await slow;
      return [];
    });
    await clock.run(30_000 + 120_000);
    assert.equal(taken, 1);
    finish();
    await clock.run(60_000);
    assert.equal(taken, 2);
    assert.equal(offered.length, 2);
  });

  it("goes on after a snapshot that failed", async () => {
    let taken = 0;
    const { clock, push, offered } = pushing(async () => {
      if (++taken === 1) throw new Error("broken");
      return [];
    });
    await clock.run(90_000);
    assert.equal(offered.length, 1);
    await push.flush();
    assert.equal(offered.length, 2);
  });

  it("ends when it is stopped", async () => {
    const { clock, push, offered } = pushing();
    push.stop();
    await clock.run(200_000);
    assert.deepEqual(offered, []);
    assert.equal(clock.pending, 0);
  });
});
