import assert from "node:assert/strict";
import { createMemoryGuard, type MemoryReading, type MemoryUsage } from "../../src/guard/memory-guard.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { stderrOf } from "../support/stderr.ts";

const idle: MemoryReading = { resident: 100, heapUsed: 100, heapLimit: 4000, allowed: 0 };

function guarded(maxMemoryUsageBytes = 1000) {
  const clock = new FakeClock();
  const changes: [number, MemoryUsage][] = [];
  const memory = { now: idle };
  const guard = createMemoryGuard({
    maxMemoryUsageBytes,
    clock,
    readMemory: () => memory.now,
    onLevel: (level, usage) => changes.push([level, usage]),
  });
  const pass = (seconds: number, reading: Partial<MemoryReading>) => {
    memory.now = { ...idle, ...reading };
    clock.advance(seconds * 1000);
  };
  return { guard, clock, changes, pass, memory };
}

describe("the memory guard", () => {
  it("tells of each level that begins and ends, and what it goes by", () => {
    const { guard, changes, pass } = guarded();
    pass(2, { resident: 750 });
    assert.equal(guard.level, 1);
    pass(2, { resident: 910 });
    assert.deepEqual(guard.status(), { level: 3, of: "process", usedBytes: 910, limitBytes: 1000 });
    pass(15, { resident: 100 });
    assert.equal(guard.level, 0);
    assert.deepEqual(
      changes.map(([level, { usedBytes }]) => [level, usedBytes]),
      [
        [1, 750],
        [3, 910],
        [2, 100],
        [1, 100],
        [0, 100],
      ],
    );
  });

  it("goes by the heap where that is scarcer", () => {
    const { guard, pass } = guarded();
    pass(2, { resident: 500, heapUsed: 3300 });
    assert.deepEqual(guard.status(), { level: 2, of: "heap", usedBytes: 3300, limitBytes: 4000 });
  });

  it("goes by the operating system's limit where that is lower", () => {
    const { guard, pass } = guarded();
    pass(2, { resident: 450, allowed: 500 });
    assert.equal(guard.level, 3);
    pass(2, { resident: 450, allowed: 2 ** 63 });
    assert.equal(guard.status().limitBytes, 1000);
  });

  it("samples once a second, until it is stopped", () => {
    const { guard, clock, changes, pass } = guarded();
    assert.equal(clock.nextInMs, 1000);
    pass(0.999, { resident: 950 });
    pass(1, { resident: 950 });
    assert.equal(guard.level, 0);
    guard.stop();
    pass(10, { resident: 950 });
    assert.deepEqual([changes.length, clock.pending], [0, 0]);
  });

  it("goes on when the one it tells throws", async () => {
    const clock = new FakeClock();
    const levels: number[] = [];
    const guard = createMemoryGuard({
      maxMemoryUsageBytes: 1000,
      clock,
      readMemory: () => ({ ...idle, resident: 750 + (clock.now() % 2000) }),
      onLevel: (level) => {
        levels.push(level);
        throw new Error("no");
      },
    });
    const said = await stderrOf(() => clock.advance(5_000));
    assert.match(said, /the memory guard failed: Error: no/);
    assert.ok(levels.length > 0);
    assert.equal(clock.pending, 1);
    guard.stop();
  });

  it("reads the memory of its own process", () => {
    const guard = createMemoryGuard({
      maxMemoryUsageBytes: 2 ** 40,
      clock: new FakeClock(),
      onLevel: () => undefined,
    });
    const { usedBytes, limitBytes } = guard.status();
    assert.ok(usedBytes > 10 * 1024 * 1024 && usedBytes < limitBytes);
    guard.stop();
  });
});
