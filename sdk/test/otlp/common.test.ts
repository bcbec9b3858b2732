import assert from "node:assert/strict";
import fc from "fast-check";
import {
  boundedText,
  encodeResource,
  encodeScope,
  valueLimits,
  writeAnyValue,
  writeAttributes,
} from "../../src/otlp/common.ts";
import { encodeMessage, type ProtobufWriter } from "../../src/otlp/writer.ts";
import { decodeResource, plainAttributes, plainValue } from "../support/otlp-decode.ts";

/** What arrives of a value that was sent: integers as bigint. */
const sent = (value: unknown) => {
  const bytes = encodeMessage(value, (writer, value) => {
    const mark = writer.begin(1);
    writer.stringField(1, "it");
    writeAnyValue(writer, 2, value);
    writer.end(mark);
  });
  const [attribute] = decodeResource(bytes).attributes;
  assert.equal(attribute?.key, "it");
  return plainValue(attribute?.value);
};

const attributesSent = (attributes: object) =>
  plainAttributes(decodeResource(encodeResource(attributes as Record<string, unknown>)).attributes);

/** What OTLP makes of a JSON value: whole numbers are integers. */
const expected = (value: unknown): unknown => {
  if (typeof value === "number") {
    return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? BigInt(value) : value;
  }
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(expected);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key.toWellFormed(), expected(one)]));
};

const hostileGetter = Object.defineProperty({ fine: 1 }, "bad", {
  enumerable: true,
  get() {
    throw new Error("no");
  },
});
const refusing = new Proxy(
  {},
  {
    ownKeys() {
      throw new Error("no");
    },
  },
);
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
};

describe("OTLP values", () => {
  it("arrive as they were, nested as JSON nests them", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4, stringUnit: "binary" }), (value) => {
        assert.deepEqual(sent(value), expected(value));
      }),
    );
  });

  it("keep bigints, numbers that are not finite, zeros and bytes", () => {
    assert.equal(sent(-(2n ** 63n)), -(2n ** 63n));
    assert.equal(sent(2n ** 63n - 1n), 2n ** 63n - 1n);
    assert.equal(sent(2n ** 63n), `${2n ** 63n}`);
    assert.equal(sent(2n ** 5_000_000n), "(truncated)");
    for (const value of [NaN, Infinity, -Infinity, 0.5, 2 ** 63]) assert.equal(sent(value), value);
    assert.equal(sent(-0), 0n);
    assert.equal(sent(false), false);
    assert.equal(sent(""), "");
    assert.deepEqual(sent([]), []);
    assert.deepEqual(sent({}), {});
    assert.deepEqual(sent(Buffer.from("ab")), new Uint8Array([97, 98]));
    assert.deepEqual(sent(new Float64Array([1, 0.5])), [1n, 0.5]);
    assert.deepEqual(sent([1, "a", null, [true]]), [1n, "a", null, [true]]);
  });

  it("say in words what OTLP has nothing for", () => {
    assert.equal(sent(Symbol("mark")), "Symbol(mark)");
    assert.equal(sent(new Date(0)), "1970-01-01T00:00:00.000Z");
    assert.equal(sent(new TypeError("no")), "TypeError: no");
    assert.equal(sent(undefined), null);
    assert.match(String(sent(() => 1)), /=>/);
  });

  it("survive what cannot be read, and lose only that", () => {
    assert.deepEqual(sent(hostileGetter), { fine: 1n, bad: "(unreadable)" });
    assert.deepEqual(sent([1, refusing, 2]), [1n, "(unreadable)", 2n]);
    assert.deepEqual(sent({ revoked: revoked() }), { revoked: "(unreadable)" });
    assert.equal(sent(new Date(NaN)), "(unreadable)");
    assert.equal(sent(Object.assign(() => 1, { toString: () => Symbol("x") })), "(unreadable)");
  });

  it("end where a value leads back to itself", () => {
    const cycle: Record<string, unknown> = { name: "a" };
    cycle["self"] = cycle;
    cycle["list"] = [cycle];
    assert.deepEqual(sent(cycle), { name: "a", self: "(circular)", list: ["(circular)"] });
    const twice = { a: 1 };
    assert.deepEqual(sent([twice, twice]), [{ a: 1n }, { a: 1n }]);
  });

  it("are cut where they are too deep, too many or too large", () => {
    let deep: unknown = "bottom";
    for (let i = 0; i < 100_000; i++) deep = [deep];
    const flat = JSON.stringify(sent(deep));
    assert.equal(flat, `${"[".repeat(valueLimits.depth)}"(truncated)"${"]".repeat(valueLimits.depth)}`);

    const many = sent(Array(1e6).fill(1)) as unknown[];
    assert.equal(many.length, valueLimits.items + 1);
    assert.equal(many.at(-1), "(truncated)");

    const wide = sent(Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`k${i}`, i])));
    assert.equal(Object.values(wide as object).at(-1), "(truncated)");

    const large = sent(Array(100).fill("x".repeat(10_000))) as string[];
    assert.ok(large.join("").length < valueLimits.totalLength + 10_000 + 100);
    assert.equal(large.at(-1), "(truncated)");

    assert.equal(sent(new Uint8Array(1e6)), "(1000000 bytes)");
  });

  it("cut long texts and mark them, and never in the middle of a character", () => {
    const cut = sent(`x${"😀".repeat(10_000)}`) as string;
    assert.ok(cut.endsWith("… (truncated)"));
    assert.ok(cut.length <= valueLimits.textLength);
    assert.ok(cut.startsWith(`x${"😀".repeat(8_000)}`));
    assert.ok(!cut.includes("\ufffd") && !String(sent("😀".repeat(10_000))).includes("\ufffd"));
    assert.equal(boundedText("x".repeat(valueLimits.textLength)).length, valueLimits.textLength);
    assert.equal(boundedText(new Array(1e7)), "[object Array]");
    assert.equal(boundedText(1n << 1_000_000n), "(truncated)");
  });

  it("are bounded however hostile they are", () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withBoxedValues: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withNullPrototype: true,
          withTypedArray: true,
          withSparseArray: true,
          withObjectString: true,
          maxDepth: 5,
        }),
        (value) => {
          const bytes = encodeMessage(value, (writer, value) => writeAnyValue(writer, 1, value));
          assert.ok(bytes.length < 4 * valueLimits.totalLength);
          sent(value);
        },
      ),
    );
  });
});

describe("OTLP attributes", () => {
  it("leave out what is undefined or inherited, and keep keys that mean something to JavaScript", () => {
    const attributes = JSON.parse('{"__proto__": "a", "constructor": "b", "toString": 1}') as object;
    Object.assign(attributes, { none: undefined, nothing: null });
    const arrived = decodeResource(encodeResource(attributes as Record<string, unknown>)).attributes;
    assert.deepEqual(
      arrived.map(({ key }) => key),
      ["__proto__", "constructor", "toString", "nothing"],
    );
    assert.deepEqual(attributesSent(Object.create({ inherited: 1 })), {});
  });

  it("survive what cannot be read", () => {
    assert.deepEqual(attributesSent(hostileGetter), { fine: 1n, bad: "(unreadable)" });
    assert.deepEqual(attributesSent(refusing), {});
    const write = (writer: ProtobufWriter, value: unknown) => writeAttributes(writer, 1, value as never);
    assert.equal(encodeMessage(null, write).length, 0);
    assert.equal(encodeMessage(undefined, write).length, 0);
  });

  it("have keys of bounded length", () => {
    const [key] = Object.keys(attributesSent({ ["k".repeat(1e6)]: 1 }));
    assert.equal(key?.length, valueLimits.textLength);
  });
});

describe("an OTLP scope", () => {
  it("has a name, and a version if there is one", () => {
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
    assert.equal(text(encodeScope({ name: "app", version: "1" })), "\n\x03app\x12\x011");
    assert.equal(text(encodeScope({ name: "app" })), "\n\x03app");
  });
});
