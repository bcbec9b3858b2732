import assert from "node:assert/strict";
import fc from "fast-check";
import { invalidUsbId, normalizeUsbId } from "../../src/traces/usb-ids.ts";

const id = fc.integer({ min: 0, max: 0xffff });
const canonical = (id: number) => `0x${id.toString(16).padStart(4, "0")}`;
const mixedCase = (text: string) =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((upper) => [...text].map((one, i) => (upper[i] ? one.toUpperCase() : one)).join(""));

describe("a vendor or product id of USB", () => {
  it("is recorded alike, as a number, with 0x, or as four hexadecimal digits", () => {
    fc.assert(
      fc.property(id, (id) => {
        const digits = id.toString(16);
        for (const form of [id, canonical(id), `0x${digits}`, digits.padStart(4, "0")]) {
          assert.equal(normalizeUsbId(form), canonical(id));
        }
      }),
    );
  });

  it("may be written in either case, with white space around it", () => {
    fc.assert(
      fc.property(
        id.chain((id) =>
          fc.tuple(fc.constant(id), mixedCase(canonical(id)), fc.constantFrom("", " ", "\n\t")),
        ),
        ([id, written, space]) => {
          assert.equal(normalizeUsbId(`${space}${written}${space}`), canonical(id));
        },
      ),
    );
  });

  it("is hexadecimal as a text, even if its digits are decimal ones", () => {
    assert.equal(normalizeUsbId("1234"), "0x1234");
    assert.equal(normalizeUsbId(1234), "0x04d2");
    assert.equal(normalizeUsbId("1d6b"), "0x1d6b");
  });

  it("is recorded as invalid when it is none", () => {
    const wrong = [
      -1,
      0x10000,
      1.5,
      NaN,
      Infinity,
      "",
      " ",
      "0x",
      "x1234",
      "123",
      "12345",
      "0x12345",
      "0xg",
      "12 4",
      "-001",
    ];
    const hostile = [
      null,
      undefined,
      {},
      [],
      ["1234"],
      1n,
      Symbol("1234"),
      () => 1,
      "1234\u0000",
      "0x1234\r\n0x1",
      "1".repeat(1e7),
    ];
    for (const given of [...wrong, ...hostile]) assert.equal(normalizeUsbId(given), invalidUsbId);
  });

  it("is canonical or invalid, whatever was given", () => {
    fc.assert(
      fc.property(fc.anything(), (given) => {
        assert.match(normalizeUsbId(given), /^(0x[0-9a-f]{4}|invalid)$/);
      }),
    );
  });
});
