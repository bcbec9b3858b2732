import assert from "node:assert/strict";
import fc from "fast-check";
import { margin, Pressure, samplesToFall, samplesToRise, thresholds } from "../../src/guard/pressure.ts";

const levelsOf = (shares: readonly number[], pressure = new Pressure()) =>
  shares.map((share) => pressure.sample(share));

const shares = fc.array(fc.double({ min: 0, max: 1.2, noNaN: true }), { maxLength: 200 });

/** Changes of level, as their signs. */
function turns(levels: readonly number[]): number[] {
  return [0, ...levels].flatMap((level, i, all) => {
    const before = all[i - 1];
    return before === undefined || before === level ? [] : [Math.sign(level - before)];
  });
}

describe("the pressure on memory", () => {
  it("rises to the level of a share that lasts", () => {
    assert.deepEqual(levelsOf([0.69, 0.69, 0.7, 0.7]), [0, 0, 0, 1]);
    assert.deepEqual(levelsOf([0.8, 0.8]), [0, 2]);
    assert.deepEqual(levelsOf([0.95, 0.95]), [0, 3]);
    assert.deepEqual(levelsOf([0.75, 0.75, 0.95, 0.95]), [0, 1, 1, 3]);
  });

  it("does not rise with a peak of one sample", () => {
    assert.deepEqual(levelsOf([0.5, 1.1, 0.5, 1.1]), [0, 0, 0, 0]);
  });

  it("falls by one level after each row of samples below the level's end", () => {
    const pressure = new Pressure();
    levelsOf([0.95, 0.95], pressure);
    assert.deepEqual(levelsOf(Array(5).fill(0.1), pressure), [3, 3, 3, 3, 2]);
    assert.deepEqual(levelsOf(Array(10).fill(0.1), pressure), [2, 2, 2, 2, 1, 1, 1, 1, 1, 0]);
  });

  it("stays while the share is between a level's end and its beginning", () => {
    const pressure = new Pressure();
    levelsOf([0.75, 0.75], pressure);
    assert.deepEqual(new Set(levelsOf(Array(50).fill(0.61), pressure)), new Set([1]));
  });

  it("never turns back while the share sways by less than the margin", () => {
    const swaying = fc
      .double({ min: 0, max: 1, noNaN: true })
      .chain((low) =>
        fc.array(fc.double({ min: low, max: low + margin * 0.99, noNaN: true }), { maxLength: 300 }),
      );
    fc.assert(
      fc.property(swaying, (sway) => {
        assert.ok(turns(levelsOf(sway)).every((sign) => sign > 0));
      }),
    );
  });

  it("changes only after as many samples as it takes", () => {
    fc.assert(
      fc.property(shares, (all) => {
        let since = 0;
        let level = 0;
        for (const next of levelsOf(all)) {
          since++;
          if (next === level) continue;
          assert.ok(since >= (next > level ? samplesToRise : samplesToFall));
          assert.ok(next > level || next === level - 1);
          level = next;
          since = 0;
        }
      }),
    );
  });

  it("is gone some time after the share is low again, whatever was before", () => {
    fc.assert(
      fc.property(
        shares,
        fc.double({ min: 0, max: thresholds[0] - margin - 0.001, noNaN: true }),
        (all, low) => {
          const pressure = new Pressure();
          levelsOf(all, pressure);
          assert.equal(levelsOf(Array(3 * samplesToFall).fill(low), pressure).at(-1), 0);
        },
      ),
    );
  });

  it("takes what is no number for no pressure", () => {
    assert.deepEqual(levelsOf([NaN, NaN, NaN]), [0, 0, 0]);
  });
});
