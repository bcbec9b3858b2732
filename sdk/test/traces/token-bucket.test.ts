import assert from "node:assert/strict";
import fc from "fast-check";
import { TokenBucket } from "../../src/traces/token-bucket.ts";
import { FakeClock } from "../support/fake-clock.ts";

const takeAll = (bucket: TokenBucket) => {
  let taken = 0;
  while (taken < 100_000 && bucket.take()) taken++;
  return taken;
};

describe("the rate cap", () => {
  it("allows as many at once as in a second, and then what time brings", () => {
    const clock = new FakeClock();
    const bucket = new TokenBucket(10, clock);
    assert.equal(takeAll(bucket), 10);
    clock.advance(99);
    assert.equal(takeAll(bucket), 0);
    clock.advance(1);
    assert.equal(takeAll(bucket), 1);
    clock.advance(500);
    assert.equal(takeAll(bucket), 5);
    clock.advance(3_600_000);
    assert.equal(takeAll(bucket), 10);
  });

  it("never allows more than its rate over time, however it is asked", () => {
    const steps = fc.array(fc.tuple(fc.nat(3_000), fc.nat(30)), { maxLength: 50 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), steps, (perSecond, steps) => {
        const clock = new FakeClock();
        const bucket = new TokenBucket(perSecond, clock);
        const startedAt = clock.now();
        let taken = 0;
        for (const [ms, tries] of steps) {
          clock.advance(ms);
          for (let i = 0; i < tries; i++) if (bucket.take()) taken++;
          const most = perSecond + ((clock.now() - startedAt) / 1000) * perSecond;
          assert.ok(taken <= most + 1e-6, `${taken} of ${most}`);
        }
      }),
    );
  });

  it("follows a new rate from then on", () => {
    const clock = new FakeClock();
    const bucket = new TokenBucket(100, clock);
    bucket.perSecond = 2;
    assert.equal(takeAll(bucket), 2);
    clock.advance(1_000);
    assert.equal(takeAll(bucket), 2);
    bucket.perSecond = 20;
    clock.advance(500);
    assert.equal(takeAll(bucket), 10);
  });

  it("does not stop when the clock is set back", () => {
    let now = 1e12;
    const clock = { now: () => now, after: () => () => undefined };
    const bucket = new TokenBucket(1, clock);
    assert.equal(takeAll(bucket), 1);
    now -= 3_600_000;
    assert.equal(takeAll(bucket), 0);
    now += 1_000;
    assert.equal(takeAll(bucket), 1);
  });
});
