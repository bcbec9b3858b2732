import assert from "node:assert/strict";
import fc from "fast-check";
import { floorShare, hourOf, loadShare } from "../../../local/demo/load-curve.ts";

describe("the load of a day", () => {
  const hours = fc.double({ min: 0, max: 24, noNaN: true });

  it("is busiest at two in the afternoon, and quietest at two in the night, when something happens still", () => {
    assert.equal(loadShare(14), 1);
    assert.ok(Math.abs(loadShare(2) - floorShare) < 1e-9);
    assert.ok(floorShare > 0.2);
    fc.assert(fc.property(hours, (hour) => loadShare(hour) <= 1 && loadShare(hour) >= floorShare - 1e-9));
  });

  it("goes over from one day to the next without a leap, and changes slowly", () => {
    assert.ok(Math.abs(loadShare(0) - loadShare(24)) < 1e-9);
    const minute = 1 / 60;
    fc.assert(fc.property(hours, (hour) => Math.abs(loadShare(hour + minute) - loadShare(hour)) < 0.002));
  });

  it("goes by the clock on the wall", () => {
    assert.equal(hourOf(new Date(2026, 0, 5, 13, 30, 36)), 13.51);
  });
});
