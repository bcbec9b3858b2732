import assert from "node:assert/strict";
import fc from "fast-check";
import { failureDetail, safeDetail } from "../../src/health/detail.ts";

describe("the detail of a failure", () => {
  for (const [what, text] of [
    ["a password in a URL", "connect postgres://app:hunter2@db:5432/x failed"],
    ["a password in a URL that looks like a host", "redis://:hunter2@cache:6379"],
    ["a bearer token", "401 for Authorization: Bearer hunter2.abc-def"],
    ["a JSON web token", "bad token eyJhbGciOi.eyJodW50ZXIyIjoi.hunter2"],
    ["a parameter", "GET /?token=hunter2&x=1 failed"],
    ["a quoted property", 'config {"password": "hunter2", "user": "x"}'],
    ["a property", "login failed, password: hunter2"],
    ["a key", "api_key=hunter2"],
  ] as const) {
    it(`does not show ${what}`, () => {
      const shown = safeDetail(text);
      assert.doesNotMatch(shown, /hunter2/);
      assert.match(shown, /\*\*\*/);
    });
  }

  it("shows what helps to repair it", () => {
    assert.equal(safeDetail("connect ECONNREFUSED 127.0.0.1:5432"), "connect ECONNREFUSED 127.0.0.1:5432");
    assert.equal(
      safeDetail("connect postgres://app:x@db:5432/main failed"),
      "connect postgres://***@db:5432/main failed",
    );
  });

  it("is one short line without control characters, whatever is thrown", () => {
    const hostile = {
      get message(): string {
        throw new Error("no");
      },
      toString: () => {
        throw new Error("no");
      },
    };
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything({ maxDepth: 1 }),
          fc.string({ unit: "binary" }).map((text) => new Error(text)),
          fc.constant(hostile),
        ),
        (thrown) => {
          const detail = failureDetail(thrown);
          assert.ok(detail.length <= 300);
          assert.ok(detail.isWellFormed());
          assert.doesNotMatch(detail, /[\p{Cc}\u2028\u2029]/u);
        },
      ),
    );
    assert.ok(failureDetail(new Error("x".repeat(10 * 2 ** 20))).length <= 300);
  });

  it("names the code of an error", () => {
    assert.equal(failureDetail(Object.assign(new Error("no"), { code: "EPIPE" })), "no (EPIPE)");
    assert.equal(failureDetail(new TypeError()), "TypeError");
  });
});
