import assert from "node:assert/strict";
import fc from "fast-check";
import { maxLabelLength, safeLabel } from "../../src/metrics/labels.ts";

describe("the value of a label", () => {
  it("is bounded, well-formed and free of control characters, whatever was given", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.anything({ maxDepth: 1 }), fc.string({ unit: "binary", maxLength: 300 })),
        (given) => {
          const value = safeLabel(given);
          assert.ok(value.length <= maxLabelLength);
          assert.ok(value.isWellFormed());
          assert.doesNotMatch(value, /[\p{Cc}\u2028\u2029]/u);
        },
      ),
    );
  });

  it("is the text itself where nothing is wrong with it", () => {
    for (const text of ["attach", "GET /a,b", 'say "hi"', "ünïcödé 🐙", "x".repeat(maxLabelLength)]) {
      assert.equal(safeLabel(text), text);
    }
  });

  it("is the text of a number or a flag, and empty for nothing", () => {
    assert.deepEqual([200, 0.5, true, 7n, undefined, null].map(safeLabel), [
      "200",
      "0.5",
      "true",
      "7",
      "",
      "",
    ]);
  });

  it("is the name of a type for what has no text of its own, and runs no code of it", () => {
    const hostile = {
      toString: () => assert.fail("was called"),
      [Symbol.toPrimitive]: () => assert.fail("was called"),
    };
    assert.deepEqual([hostile, () => 1, Symbol("s"), [1]].map(safeLabel), [
      "(object)",
      "(function)",
      "(symbol)",
      "(object)",
    ]);
  });

  it("has no line breaks, escape sequences or halves of characters", () => {
    assert.equal(safeLabel("a\r\nb\u001b[31mc\u2028d\ud800e"), "a  b [31mc d\ufffde");
    assert.ok(safeLabel("🐙".repeat(100)).isWellFormed());
  });

  it("is cut where it is too long, and says so", () => {
    assert.equal(safeLabel("x".repeat(10 * 2 ** 20)), `${"x".repeat(maxLabelLength - 1)}…`);
  });
});
