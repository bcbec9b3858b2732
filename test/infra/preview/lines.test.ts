import assert from "node:assert/strict";
import fc from "fast-check";
import { diffLines } from "../../../infra/preview/lines.ts";

describe("a line diff", () => {
  it("shows what changed with its surroundings", () => {
    assert.deepEqual(diffLines("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\nE\nf\n"), [
      " ⋮",
      " c",
      " d",
      "-e",
      "+E",
      " f",
    ]);
  });

  it("of equal texts is empty but for the mark of what is left out", () => {
    assert.deepEqual(diffLines("a\nb", "a\nb"), [" ⋮"]);
  });

  it("turns the one text into the other, whatever they are", () => {
    const text = fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(text, text, (old, now) => {
        fc.pre(old.join() !== now.join());
        const lines = diffLines(old.join("\n"), now.join("\n"), 100);
        const side = (sign: string) =>
          lines.filter((line) => line[0] === " " || line[0] === sign).map((line) => line.slice(1));
        assert.deepEqual(side("-"), old);
        assert.deepEqual(side("+"), now);
      }),
    );
  });
});
