import assert from "node:assert/strict";
import { systemClock } from "../../src/clock.ts";
import { EventLoopWatch } from "../../src/health/event-loop.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** A loop whose timers come late when it is told to stand still. */
class Loop {
  readonly clock = new FakeClock();
  readonly stalls: number[] = [];
  #monotonicMs = 0;
  readonly watch = new EventLoopWatch({
    stallMs: 1_000,
    clock: this.clock,
    onStall: (durationMs) => this.stalls.push(durationMs),
    monotonicMs: () => this.#monotonicMs,
  });

  turnFor(ms: number): void {
    for (let left = ms; left > 0;) {
      const step = Math.min(left, this.clock.nextInMs ?? left);
      this.#monotonicMs += step;
      this.clock.advance(step);
      left -= step;
    }
  }

  standStillFor(ms: number): void {
    this.#monotonicMs += ms;
    this.clock.advance(ms > 0 ? (this.clock.nextInMs ?? 0) : 0);
  }
}

describe("the watch over the event loop", () => {
  it("counts a stall, tells of it for ten seconds, and then no more", () => {
    const loop = new Loop();
    loop.turnFor(60_000);
    assert.deepEqual([loop.stalls, loop.watch.check()], [[], { ok: true }]);
    loop.standStillFor(2_500);
    assert.equal(loop.stalls.length, 1);
    const { ok, detail } = loop.watch.check();
    assert.equal(ok, false);
    assert.match(detail ?? "", /^stood still for 2\d{3} ms, 0 s ago$/);
    loop.turnFor(9_000);
    assert.match(loop.watch.check().detail ?? "", /9 s ago$/);
    loop.turnFor(1_500);
    assert.deepEqual(loop.watch.check(), { ok: true });
  });

  it("takes a turn that is shorter than the threshold for no stall", () => {
    const loop = new Loop();
    for (let i = 0; i < 100; i++) loop.standStillFor(999);
    assert.deepEqual([loop.stalls, loop.watch.isAlive], [[], true]);
  });

  it("finds the loop alive after a single stall, however long", () => {
    const loop = new Loop();
    loop.standStillFor(3_600_000);
    assert.deepEqual([loop.stalls.length, loop.watch.isAlive], [1, true]);
  });

  it("finds the loop dead when it stands still most of the time, and alive again only when that is well past", () => {
    const loop = new Loop();
    const until = (isAlive: boolean, live: () => void) => {
      let steps = 0;
      while (loop.watch.isAlive !== isAlive && steps++ < 1_000) live();
      return steps;
    };
    const stalls = until(false, () => loop.standStillFor(3_000));
    assert.ok(stalls >= 3 && stalls <= 20, `${stalls} stalls`);
    const seconds = until(true, () => loop.turnFor(1_000));
    assert.ok(seconds >= 10 && seconds <= 60, `${seconds} s`);
  });

  it("finds the loop alive that stalls now and then", () => {
    const loop = new Loop();
    for (let i = 0; i < 100; i++) {
      loop.standStillFor(2_000);
      loop.turnFor(8_000);
    }
    assert.deepEqual([loop.stalls.length, loop.watch.isAlive], [100, true]);
  });

  it("is not misled by a clock that is set", () => {
    const loop = new Loop();
    const set = loop.clock.now.bind(loop.clock);
    loop.clock.now = () => set() + 3_600_000;
    loop.turnFor(5_000);
    assert.deepEqual(loop.stalls, []);
  });

  it("measures a real stall", async () => {
    let watch: EventLoopWatch | undefined;
    const stalled = new Promise<number>((onStall) => {
      watch = new EventLoopWatch({ stallMs: 50, clock: systemClock, onStall });
    });
    const end = performance.now() + 200;
    while (performance.now() < end);
    assert.ok((await stalled) >= 50);
    watch?.stop();
  });

  it("ends when it is stopped", () => {
    const loop = new Loop();
    loop.watch.stop();
    assert.equal(loop.clock.pending, 0);
  });
});
