import assert from "node:assert/strict";
import { Health } from "../../src/health/health.ts";
import { observeHealth } from "../../src/health/metrics.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { metricsCore, scrape } from "../support/metrics.ts";

function observed() {
  const clock = new FakeClock();
  const health = new Health({ service: "svc", version: "1.0.0", environment: "test", clock });
  const { core } = metricsCore();
  observeHealth(core, health, clock);
  const status = async () =>
    Object.fromEntries((await scrape(core)).map(({ labels, value }) => [labels["check"], value]));
  return { clock, health, status };
}

describe("the metric of the health", () => {
  it("tells each check and the whole", async () => {
    const { health, clock, status } = observed();
    assert.deepEqual(await status(), { ready: 0 });
    health.markReady();
    let isUp = true;
    health.addCheck("database", () => isUp);
    health.addCheck("mirror", () => false, { critical: false });
    assert.deepEqual(await status(), { ready: 1, database: 1, mirror: 0 });
    isUp = false;
    clock.advance(1_000);
    assert.deepEqual(await status(), { ready: 0, database: 0, mirror: 0 });
    health.drain();
    isUp = true;
    clock.advance(1_000);
    assert.deepEqual(await status(), { ready: 0, database: 1, mirror: 0 });
  });

  it("has no check failing for ever that was removed", async () => {
    const { health, status } = observed();
    health.addCheck("database", () => false);
    assert.equal((await status())["database"], 0);
    health.removeCheck("database");
    assert.equal((await status())["database"], 1);
  });

  it("keeps no scrape waiting for a check that hangs, and tells what that found before", async () => {
    const { health, clock, status } = observed();
    health.markReady();
    let answer: Promise<boolean> | boolean = true;
    health.addCheck("database", () => answer, { timeoutMs: 10_000 });
    assert.deepEqual(await status(), { ready: 1, database: 1 });
    answer = new Promise(() => {});
    await clock.run(1_000);
    const read = status();
    await clock.run(1_000);
    assert.deepEqual(await read, { ready: 1, database: 1 });
    await clock.run(9_000);
    assert.deepEqual(await status(), { ready: 0, database: 0 });
  });
});
