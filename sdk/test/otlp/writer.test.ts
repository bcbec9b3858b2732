import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeMessage, ProtobufWriter } from "../../src/otlp/writer.ts";

const hex = (write: (writer: ProtobufWriter) => void) => {
  const writer = new ProtobufWriter();
  write(writer);
  return Buffer.from(writer.finish()).toString("hex");
};

/** Field 1 of a message, its header checked and taken off. */
const payload = (header: string, write: (writer: ProtobufWriter) => void) => {
  const bytes = hex(write);
  assert.ok(bytes.startsWith(header), bytes);
  return Buffer.from(bytes.slice(header.length), "hex");
};

const readVarint = (bytes: Uint8Array) => {
  let value = 0n;
  let at = 0;
  for (; ; at++) {
    value |= BigInt((bytes[at] ?? 0) & 0x7f) << BigInt(at * 7);
    if ((bytes[at] ?? 0) < 0x80) return { value, rest: bytes.subarray(at + 1) };
  }
};

const wholeNumber = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer(),
  fc.nat(),
  fc.constantFrom(0, 127, 128, 2 ** 32),
);
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.string({ unit: "grapheme", maxLength: 20_000, size: "max" }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 100 })
    .map((codes) => String.fromCharCode(...codes)),
);

describe("the protobuf writer", () => {
  it("writes the examples of the encoding's own documentation", () => {
    assert.equal(
      hex((writer) => writer.uint32Field(1, 150)),
      "089601",
    );
    assert.equal(
      hex((writer) => writer.stringField(2, "testing")),
      "120774657374696e67",
    );
    assert.equal(
      hex((writer) => {
        const mark = writer.begin(3);
        writer.uint32Field(1, 150);
        writer.end(mark);
      }),
      "1a03089601",
    );
  });

  it("writes whole numbers of any size and sign as varints", () => {
    fc.assert(
      fc.property(fc.oneof(wholeNumber, fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)), (value) => {
        const read = readVarint(payload("08", (writer) => writer.int64Field(1, value)));
        assert.equal(BigInt.asIntN(64, read.value), BigInt(value));
        assert.equal(read.rest.length, 0);
      }),
    );
  });

  it("writes whole numbers of any size and sign in eight bytes", () => {
    fc.assert(
      fc.property(fc.oneof(wholeNumber, fc.bigInt(0n, 2n ** 64n - 1n)), (value) => {
        const bytes = payload("09", (writer) => writer.fixed64Field(1, value));
        assert.equal(bytes.readBigUInt64LE(), BigInt.asUintN(64, BigInt(value)));
      }),
    );
  });

  it("writes doubles to the last bit", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        const bytes = payload("09", (writer) => writer.doubleField(1, value));
        assert.deepEqual(bytes.readDoubleLE(), value);
      }),
    );
  });

  it("writes times to the nanosecond", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 34 - 1 }),
        fc.integer({ min: 0, max: 1e9 - 1 }),
        (seconds, nanoseconds) => {
          const bytes = payload("09", (writer) => writer.timeField(1, seconds, nanoseconds));
          assert.equal(bytes.readBigUInt64LE(), BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds));
        },
      ),
    );
  });

  it("writes 0 for what is no time", () => {
    for (const [seconds, nanoseconds] of [
      [NaN, 0],
      [0, NaN],
      [-1, 0],
      [Infinity, 0],
      [1, Infinity],
      [1, -1],
    ] as const) {
      assert.equal(
        hex((writer) => writer.timeField(1, seconds, nanoseconds)),
        "090000000000000000",
      );
    }
  });

  it("writes texts of any length and content as UTF-8, lone surrogates as U+FFFD", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { value, rest } = readVarint(payload("0a", (writer) => writer.stringField(1, text)));
        assert.equal(Number(value), rest.length);
        assert.equal(Buffer.from(rest).toString("utf8"), text.toWellFormed());
      }),
    );
  });

  it("writes ids from their hexadecimal digits, and no bytes for what is no such text", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const digits = Buffer.from(bytes).toString("hex");
        assert.deepEqual(
          hex((w) => w.hexField(1, digits)),
          hex((w) => w.bytesField(1, bytes)),
        );
        assert.deepEqual(
          hex((w) => w.hexField(1, digits.toUpperCase())),
          hex((w) => w.bytesField(1, bytes)),
        );
      }),
    );
    for (const wrong of ["abc", "0g", "żż", "--", "0x12"]) {
      assert.equal(
        hex((writer) => writer.hexField(1, wrong)),
        "0a00",
        wrong,
      );
    }
  });

  it("packs numbers", () => {
    assert.equal(
      hex((writer) => writer.packedFixed64Field(6, [1, 258n])),
      "321001000000000000000201000000000000",
    );
    assert.equal(
      hex((writer) => writer.packedDoubleField(7, [0.5])),
      "3a08000000000000e03f",
    );
  });

  it("gives nested messages their length, however long they and those in them are", () => {
    const sizes = fc.constantFrom(0, 1, 126, 127, 128, 200, 16_383, 16_384, 70_000);
    fc.assert(
      fc.property(sizes, sizes, sizes, (before, inside, after) => {
        const filled = (bytes: number) => new Uint8Array(bytes).fill(7);
        const inner = Buffer.from(
          hex((writer) => {
            writer.bytesField(1, filled(before));
            const mark = writer.begin(2);
            writer.bytesField(3, filled(inside));
            writer.end(mark);
            writer.bytesField(4, filled(after));
          }),
          "hex",
        );
        const nested = hex((writer) => {
          const mark = writer.begin(9);
          writer.bytesField(1, filled(before));
          const deeper = writer.begin(2);
          writer.bytesField(3, filled(inside));
          writer.end(deeper);
          writer.bytesField(4, filled(after));
          writer.end(mark);
        });
        assert.equal(
          nested,
          hex((writer) => writer.bytesField(9, inner)),
        );
      }),
      { numRuns: 50 },
    );
  });

  it("hands out bytes that later messages leave alone, and begins anew", () => {
    const writer = new ProtobufWriter();
    writer.stringField(1, "first");
    const first = writer.finish();
    writer.stringField(1, "other");
    const other = writer.finish();
    assert.equal(Buffer.from(first).toString("hex"), "0a056669727374");
    assert.equal(Buffer.from(other).toString("hex"), "0a056f74686572");
  });

  it("encodes a message while another is being encoded, and after one that failed", () => {
    const write = (writer: ProtobufWriter, text: string) => writer.stringField(1, text);
    const outer = encodeMessage("outer", (writer, text) => {
      writer.stringField(1, text);
      assert.equal(Buffer.from(encodeMessage("inner", write)).toString("latin1"), "\n\x05inner");
    });
    assert.equal(Buffer.from(outer).toString("latin1"), "\n\x05outer");
    assert.throws(() =>
      encodeMessage("half", (writer, text) => {
        writer.stringField(1, text);
        throw new Error("no more");
      }),
    );
    assert.equal(Buffer.from(encodeMessage("next", write)).toString("latin1"), "\n\x04next");
  });
});
