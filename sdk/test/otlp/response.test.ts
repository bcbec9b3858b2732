import assert from "node:assert/strict";
import fc from "fast-check";
import { readRefusal, readResponse } from "../../src/otlp/response.ts";
import { partialSuccess } from "../support/backend.ts";

const protobuf = "application/x-protobuf";
const json = "application/json; charset=utf-8";
const bytes = (text: string) => Buffer.from(text);
const nothing = new Uint8Array();

describe("readResponse", () => {
  it("takes an empty answer as one without a word, be it protobuf or of no type", () => {
    for (const type of [protobuf, json, ""])
      assert.deepEqual(readResponse(type, nothing), { rejected: 0, message: "" });
  });

  it("takes an answer of another type as no acknowledgement, even an empty one", () => {
    assert.equal(readResponse("text/html", nothing), undefined);
    assert.equal(readResponse("text/plain", bytes("ok")), undefined);
    assert.equal(readResponse("", bytes("ok")), undefined);
  });

  it("reads any partial success from protobuf", () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 31 - 1 }), fc.string(), (rejected, message) => {
        assert.deepEqual(readResponse(protobuf, partialSuccess(rejected, message)), { rejected, message });
      }),
    );
  });

  it("reads a partial success of each signal from JSON, as number or as text", () => {
    for (const field of ["rejectedSpans", "rejectedDataPoints", "rejectedLogRecords"]) {
      for (const count of [3, "3"]) {
        const body = bytes(JSON.stringify({ partialSuccess: { [field]: count, errorMessage: "why" } }));
        assert.deepEqual(readResponse(json, body), { rejected: 3, message: "why" });
      }
    }
    assert.deepEqual(readResponse(json, bytes("{}")), { rejected: 0, message: "" });
    assert.deepEqual(readResponse(json, bytes('{"partialSuccess":{"rejectedSpans":"many"}}')), {
      rejected: 0,
      message: "",
    });
  });

  it("passes over fields that it does not know", () => {
    const unknown = Buffer.from([0x10, 1, 0x19, 0, 0, 0, 0, 0, 0, 0, 0, 0x25, 0, 0, 0, 0, 0x2a, 1, 0x78]);
    assert.deepEqual(readResponse(protobuf, Buffer.concat([unknown, partialSuccess(2, "m"), unknown])), {
      rejected: 2,
      message: "m",
    });
  });

  it("takes HTML that calls itself protobuf or JSON as no acknowledgement", () => {
    for (const type of [protobuf, json])
      assert.equal(readResponse(type, bytes("<!doctype html><p>Sign in")), undefined);
    for (const text of ["null", "[]", "3", '"ok"']) assert.equal(readResponse(json, bytes(text)), undefined);
  });

  it("never throws, whatever it is given", () => {
    fc.assert(
      fc.property(fc.constantFrom(protobuf, json, "text/plain"), fc.uint8Array(), (type, body) => {
        readResponse(type, body);
        readRefusal(type, body);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("readRefusal", () => {
  it("finds the message of google.rpc.Status, of JSON, and of text", () => {
    assert.equal(readRefusal(protobuf, Buffer.from([0x08, 3, 0x12, 3, 0x62, 0x61, 0x64])), "bad");
    assert.equal(readRefusal(json, bytes('{"code":3,"message":"bad"}')), "bad");
    assert.equal(readRefusal(json, bytes('{"error":"bad"}')), "bad");
    assert.equal(readRefusal("text/plain; charset=utf-8", bytes("bad\n")), "bad");
  });

  it("shows no page", () => {
    assert.equal(readRefusal("text/html", bytes("<h1>502 Bad Gateway</h1>")), "");
  });
});
