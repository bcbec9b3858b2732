import assert from "node:assert/strict";
import fc from "fast-check";
import { batchOf, divide } from "../../src/delivery/batch.ts";
import { resource, scope } from "../support/records.ts";

const lengths = fc.array(fc.nat({ max: 300 }), { minLength: 1, maxLength: 40 });
const batchWith = (lengths: number[]) =>
  batchOf(
    resource,
    lengths.map((length, index) => ({ scope, items: index + 1, bytes: new Uint8Array(length) })),
  );

describe("dividing a batch", () => {
  it("keeps every record, in order, and no piece above the bound but a record that is larger by itself", () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 500 }), (lengths, maxBytes) => {
        const batch = batchWith(lengths);
        const pieces = divide(batch, maxBytes);
        assert.deepEqual(
          pieces.flatMap(({ records }) => records),
          batch.records,
        );
        for (const piece of pieces) {
          assert.ok(piece.records.length > 0);
          assert.ok(piece.bytes <= maxBytes || piece.records.length === 1);
          assert.deepEqual(piece, batchOf(resource, piece.records));
        }
      }),
    );
  });

  it("at half its bytes makes at least two pieces of more than one record", () => {
    fc.assert(
      fc.property(lengths, (lengths) => {
        const batch = batchWith(lengths.map((length) => length + 1));
        fc.pre(batch.records.length > 1);
        assert.ok(divide(batch, Math.ceil(batch.bytes / 2)).length > 1);
      }),
    );
  });
});
