import assert from "node:assert/strict";
import fc from "fast-check";
import { backoffMs, repairPauseMs, retryAfterMs } from "../../src/delivery/backoff.ts";

describe("the pause before the next try", () => {
  it("is at most 1 s after the first failure, twice that after the second, and never more than 30 s", () => {
    const longest = (failures: number) =>
      Math.max(...Array.from({ length: 2_000 }, () => backoffMs(failures)));
    for (const [failures, boundMs] of [
      [1, 1_000],
      [2, 2_000],
      [5, 16_000],
      [6, 30_000],
      [100_000, 30_000],
    ] as const) {
      const found = longest(failures);
      assert.ok(found <= boundMs && found > boundMs * 0.9, `${failures}: ${found}`);
    }
  });

  it("is at least 15 s where a human has to repair something", () => {
    for (let i = 0; i < 1_000; i++) assert.ok(repairPauseMs() >= 15_000 && repairPauseMs() <= 30_000);
  });
});

describe("Retry-After", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");

  it("is read as seconds and as a date, up to five minutes", () => {
    assert.equal(retryAfterMs("7", now), 7_000);
    assert.equal(retryAfterMs(" 0 ", now), 0);
    assert.equal(retryAfterMs("Thu, 01 Jan 2026 00:01:00 GMT", now), 60_000);
    assert.equal(retryAfterMs("86400", now), 300_000);
    assert.equal(retryAfterMs("Fri, 02 Jan 2026 00:00:00 GMT", now), 300_000);
    assert.equal(retryAfterMs("Wed, 31 Dec 2025 00:00:00 GMT", now), 0);
  });

  it("is nothing when it makes no sense", () => {
    for (const text of [undefined, "", "soon", "NaN"]) assert.equal(retryAfterMs(text, now), undefined);
  });

  it("never leads to more than five minutes, whatever it says", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer().map(String), fc.date().map(String)), (text) => {
        const ms = retryAfterMs(text, now);
        assert.ok(ms === undefined || (ms >= 0 && ms <= 300_000));
      }),
    );
  });
});
