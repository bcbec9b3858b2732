import assert from "node:assert/strict";
import { containsUnknown, fromStruct, toStruct, unknown } from "../../../local/providers/values.ts";

describe("values on the wire", () => {
  it("come back as they were sent, without the keys that have no value", () => {
    const sent = { a: [1, "x", null, { b: true }], c: {}, gone: undefined };
    assert.deepEqual(fromStruct(toStruct(sent)), { a: [1, "x", null, { b: true }], c: {} });
  });

  it("are unknown as soon as any part of them is", () => {
    assert.equal(containsUnknown({ spec: { ports: [{ port: unknown }] } }), true);
    assert.equal(containsUnknown({ spec: { ports: [{ port: 80 }] } }), false);
  });
});
