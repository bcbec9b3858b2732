import assert from "node:assert/strict";
import fc from "fast-check";
import type { Scope } from "../../src/delivery/record.ts";
import { signals } from "../../src/names/index.ts";
import { encodeRequest } from "../../src/otlp/request.ts";
import { decodeRequest, plainAttributes, recordsOf } from "../support/otlp-decode.ts";
import { nameOf, recordOf, resource } from "../support/records.ts";

describe("encodeRequest", () => {
  for (const signal of signals) {
    it(`puts any ${signal} under their scopes and one resource, in order`, () => {
      const scopes: Scope[] = [{ name: "a" }, { name: "b", version: "2" }, { name: "" }];
      const one = fc.record({
        scope: fc.constantFrom(...scopes),
        name: fc.string({ maxLength: 300 }),
      });
      fc.assert(
        fc.property(fc.array(one, { minLength: 1 }), (given) => {
          const records = given.map(({ scope, name }) => ({ ...recordOf(signal, name), scope }));
          const received = recordsOf(signal, decodeRequest(signal, encodeRequest(resource, records)));
          const names = (scope: string) =>
            received.filter((one) => one.scope?.name === scope).map((one) => nameOf(one));
          for (const { name } of scopes) {
            const expected = given
              .filter(({ scope }) => scope.name === name)
              .map((one) => one.name.toWellFormed());
            assert.deepEqual(names(name), expected);
          }
          assert.equal(received.length, given.length);
          assert.deepEqual(plainAttributes(received[0]?.resource?.attributes ?? []), {
            "service.name": "test",
          });
          assert.equal(received.find((one) => one.scope?.name === "b")?.scope?.version ?? "2", "2");
        }),
        { numRuns: 30 },
      );
    });
  }

  it("counts lengths of every size right", () => {
    for (const length of [0, 1, 100, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 5_000_000]) {
      const request = encodeRequest(resource, [
        recordOf("logs", "x".repeat(length)),
        recordOf("logs", "last"),
      ]);
      const received = recordsOf("logs", decodeRequest("logs", request));
      assert.deepEqual(
        received.map((one) => nameOf(one).length),
        [length, 4],
      );
    }
  });
});
