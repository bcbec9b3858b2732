import assert from "node:assert/strict";
import fc from "fast-check";
import { batchOf } from "../../src/delivery/batch.ts";
import {
  DamagedFileError,
  decodeSpoolFile,
  encodeSpoolFile,
  readSpoolName,
  spoolFile,
} from "../../src/delivery/spool-file.ts";

const scopes = fc.constantFrom({ name: "a" }, { name: "b", version: "1.2" }, { name: "\u0000ü" });
const records = fc.array(
  fc.record({ scope: scopes, items: fc.nat({ max: 1_000 }), bytes: fc.uint8Array() }),
  { maxLength: 20 },
);
const batches = fc.tuple(fc.uint8Array(), records).map(([resource, records]) => batchOf(resource, records));

/** Buffers and typed arrays with the same bytes are the same. */
const plain = ({ resource, records, items, bytes }: ReturnType<typeof batchOf>) => ({
  resource: Buffer.from(resource).toString("hex"),
  records: records.map((record) => ({ ...record, bytes: Buffer.from(record.bytes).toString("hex") })),
  items,
  bytes,
});

describe("a file of the spool", () => {
  it("gives back what was written into it", () => {
    fc.assert(
      fc.property(batches, (batch) => {
        assert.deepEqual(plain(decodeSpoolFile(encodeSpoolFile(batch))), plain(batch));
      }),
    );
  });

  it("keeps the records of one scope together", () => {
    const scope = { name: "one" };
    const record = { scope, items: 1, bytes: Uint8Array.of(1) };
    const { records } = decodeSpoolFile(encodeSpoolFile(batchOf(new Uint8Array(), [record, record])));
    assert.equal(records[0]?.scope, records[1]?.scope);
  });

  it("is not read when it was cut short, made longer, or changed anywhere", () => {
    fc.assert(
      fc.property(batches, fc.nat(), fc.integer({ min: 1, max: 255 }), (batch, at, change) => {
        const file = encodeSpoolFile(batch);
        const position = at % file.length;
        const changed = Buffer.from(file);
        changed[position] = (changed[position] ?? 0) ^ change;
        for (const damaged of [
          changed,
          file.subarray(0, position),
          Buffer.concat([file, Buffer.of(change)]),
        ]) {
          assert.throws(() => decodeSpoolFile(damaged), DamagedFileError);
        }
      }),
    );
  });

  it("says in its name when it was made, by whom, and what it holds", () => {
    const file = spoolFile("123-0a1b", {
      createdAt: 1_767_225_600_000,
      sequence: 7,
      items: 512,
      bytes: 9_999,
    });
    assert.deepEqual(readSpoolName(file.name), file);
  });

  it("is not taken for one by any other name", () => {
    fc.assert(fc.property(fc.string(), (name) => assert.equal(readSpoolName(name), undefined)));
    for (const name of [
      "1.2.3.batch",
      "a.b.c.d.e.batch",
      "1.2.3.4.5.batch.tmp",
      "1.2.3.4.5",
      "../1.2.3.4.5.batch",
    ]) {
      assert.equal(readSpoolName(name), undefined);
    }
  });
});
