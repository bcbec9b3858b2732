import assert from "node:assert/strict";
import { Health } from "../../src/health/health.ts";
import { FakeClock } from "../support/fake-clock.ts";

const about = { service: "svc", version: "1.0.0", environment: "test" };

function started() {
  const clock = new FakeClock();
  const health = new Health({ ...about, clock });
  health.markReady();
  return { health, clock };
}

describe("health", () => {
  it("is ready from the end of the start to the beginning of the end", async () => {
    const health = new Health({ ...about, clock: new FakeClock() });
    assert.deepEqual([(await health.run()).ready, health.report().notReady], [false, "starting"]);
    health.markReady();
    assert.deepEqual([(await health.run()).ready, health.report().notReady], [true, undefined]);
    health.drain();
    assert.deepEqual([(await health.run()).ready, health.report().notReady], [false, "draining"]);
    health.markReady();
    assert.equal((await health.run()).ready, false, "there is no way back");
  });

  it("is reported by check, in a shape that stays", async () => {
    const { health } = started();
    health.addCheck("database", () => ({ ok: true, detail: "3 connections" }));
    health.addCheck("mirror", () => "lags behind", { critical: false });
    const { uptimeSeconds, ...report } = await health.run();
    assert.ok(uptimeSeconds >= 0);
    assert.deepEqual(report, {
      status: "degraded",
      ready: true,
      ...about,
      checks: {
        database: {
          ok: true,
          critical: true,
          detail: "3 connections",
          durationMs: 0,
          checkedAt: "2026-01-01T00:00:00.000Z",
        },
        mirror: {
          ok: false,
          critical: false,
          detail: "lags behind",
          durationMs: 0,
          checkedAt: "2026-01-01T00:00:00.000Z",
          lastFailure: { detail: "lags behind", at: "2026-01-01T00:00:00.000Z" },
        },
      },
    });
  });

  it("takes every form of an answer", async () => {
    const { health } = started();
    const answers = {
      nothing: () => {},
      yes: () => true,
      later: async () => {},
      no: () => false,
      text: async () => "why",
      thrown: () => {
        throw new Error("broken");
      },
      rejected: () => Promise.reject(Object.assign(new Error("gone"), { code: "ECONNRESET" })),
      result: () => ({ ok: false, detail: "because" }),
      nonsense: () => null as never,
      other: () => 7 as never,
    };
    for (const [name, check] of Object.entries(answers)) health.addCheck(name, check);
    const { checks } = await health.run();
    assert.deepEqual(
      Object.fromEntries(Object.entries(checks).map(([name, { ok, detail }]) => [name, ok ? "ok" : detail])),
      {
        nothing: "ok",
        yes: "ok",
        later: "ok",
        no: "failed",
        text: "why",
        thrown: "broken",
        rejected: "gone (ECONNRESET)",
        result: "because",
        nonsense: "failed",
        other: "failed",
      },
    );
  });

  it("is not ready while something critical fails, and is again when that is over", async () => {
    const { health, clock } = started();
    let isUp = false;
    health.addCheck("database", () => isUp);
    health.addCheck("cache", () => isUp);
    assert.deepEqual(
      [(await health.run()).status, health.report().notReady],
      ["failing", "failing: database, cache"],
    );
    isUp = true;
    clock.advance(2_000);
    const { status, ready, checks } = await health.run();
    assert.deepEqual([status, ready], ["ok", true]);
    assert.deepEqual(checks["database"]?.lastFailure, { detail: "failed", at: "2026-01-01T00:00:00.000Z" });
  });

  it("asks a check at most once in a second, and once for all who ask at the same time", async () => {
    const { health, clock } = started();
    let asked = 0;
    health.addCheck("database", async () => void asked++);
    await Promise.all([health.run(), health.run(), health.run()]);
    await health.run();
    assert.equal(asked, 1);
    clock.advance(1_000);
    await health.run();
    assert.equal(asked, 2);
  });

  it("asks again when the clock was set back", async () => {
    const { health, clock } = started();
    let asked = 0;
    health.addCheck("database", () => void asked++);
    clock.advance(60_000);
    await health.run();
    clock.now = () => Date.UTC(2025, 0, 1);
    await health.run();
    assert.equal(asked, 2);
  });

  it("gives a check no longer than its time, and does not ask it again while it still runs", async () => {
    const { health, clock } = started();
    let asked = 0;
    let finish: (isUp: boolean) => void = () => {};
    const hang = () => {
      asked++;
      return new Promise<boolean>((resolve) => (finish = resolve));
    };
    health.addCheck("database", hang, { timeoutMs: 500 });
    health.addCheck("cache", () => true);
    const first = health.run();
    await clock.run(500);
    const { checks } = await first;
    assert.deepEqual(
      [checks["database"]?.detail, checks["database"]?.durationMs],
      ["did not answer in time", 500],
    );
    assert.equal(checks["cache"]?.ok, true);
    await clock.run(2_000);
    assert.equal((await health.run()).checks["database"]?.durationMs, 2_500);
    assert.equal(asked, 1);
    finish(true);
    await clock.run(2_000);
    const again = health.run();
    await clock.run(0);
    finish(true);
    assert.equal((await again).ready, true);
    assert.equal(asked, 2);
  });

  it("has a check's first answer also when it was added while others ran", async () => {
    const { health } = started();
    health.addCheck("first", async () => health.addCheck("second", () => "no"));
    await health.run();
    assert.equal((await health.run()).checks["second"]?.detail, "no");
  });

  it("forgets a check that was removed", async () => {
    const { health } = started();
    health.addCheck("database", () => false);
    await health.run();
    health.removeCheck("database");
    assert.deepEqual([(await health.run()).ready, health.report().checks], [true, {}]);
  });

  it("is alive unless it is told otherwise", () => {
    assert.equal(started().health.isAlive, true);
    assert.equal(new Health({ ...about, clock: new FakeClock(), isAlive: () => false }).isAlive, false);
  });

  for (const [what, name, check, options] of [
    ["a name with other characters", "my check", () => true, {}],
    ["the name of the whole", "ready", () => true, {}],
    ["a name that is taken", "taken", () => true, {}],
    ["no name", undefined, () => true, {}],
    ["no function", "database", undefined, {}],
    ["a timeout of 0", "database", () => true, { timeoutMs: 0 }],
    ["a timeout that is none", "database", () => true, { timeoutMs: NaN }],
    ["a timeout that a probe would not wait for", "database", () => true, { timeoutMs: 60_000 }],
  ] as const) {
    it(`refuses ${what}`, () => {
      const { health } = started();
      health.addCheck("taken", () => true);
      assert.throws(() => health.addCheck(name as string, check as () => boolean, options), {
        name: "ObservabilityConfigError",
        code: "AUTOWEAVE_INVALID_HEALTH_CHECK",
      });
    });
  }
});
