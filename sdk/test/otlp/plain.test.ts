import assert from "node:assert/strict";
import fc from "fast-check";
import { plainValue } from "../../src/otlp/plain.ts";

/** The same with prototypes, for comparison. */
const withPrototypes = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withPrototypes);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withPrototypes(one)]));
};

describe("a plain value", () => {
  it("is an equal copy of what JSON can say", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4, stringUnit: "binary" }), (value) => {
        assert.deepEqual(withPrototypes(plainValue(value)), withPrototypes(value));
      }),
    );
  });

  it("does not change with what it was copied from", () => {
    const given = { list: [1, { a: 1 }], bytes: new Uint8Array([1]) };
    const plain = plainValue(given);
    given.list.push(2);
    (given.list[1] as { a: number }).a = 2;
    given.bytes[0] = 2;
    assert.deepEqual(withPrototypes(plain), { list: [1, { a: 1 }], bytes: new Uint8Array([1]) });
  });

  it("is plain itself, whatever it was made of", () => {
    const options = {
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
    };
    fc.assert(
      fc.property(
        fc.anything({ ...options, withNullPrototype: true, withSparseArray: true, maxDepth: 4 }),
        (value) => {
          const plain = plainValue(value);
          assert.deepEqual(plainValue(plain), plain);
        },
      ),
    );
  });
});
