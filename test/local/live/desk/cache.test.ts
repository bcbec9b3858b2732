import assert from "node:assert/strict";
import { Cache } from "../../../../local/live/desk/cache.ts";

describe("what was made a moment ago", () => {
  let made: number;
  const make = () => Promise.resolve(++made);
  beforeEach(() => (made = 0));

  it("is given to all who ask for the same, until it is old", async () => {
    const cache = new Cache<number>(100);
    const ask = (key: string, now: number) => cache.get(key, make, now);
    assert.deepEqual(await Promise.all([ask("a", 0), ask("a", 99), ask("b", 99)]), [1, 1, 2]);
    assert.deepEqual(await Promise.all([ask("a", 100), ask("b", 100)]), [3, 2]);
  });

  it("is not kept when it could not be made", async () => {
    const cache = new Cache<number>(100);
    await assert.rejects(cache.get("a", () => Promise.reject(new Error("no")), 0));
    assert.equal(await cache.get("a", make, 1), 1);
  });

  it("is no more than a few things", async () => {
    const cache = new Cache<number>(100, 2);
    for (const key of ["a", "b", "c"]) await cache.get(key, make, 0);
    assert.deepEqual(await Promise.all(["b", "c", "a"].map((key) => cache.get(key, make, 1))), [2, 3, 4]);
  });
});
