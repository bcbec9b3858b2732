import assert from "node:assert/strict";
import fc from "fast-check";
import { merge, type Setting, withoutSecrets } from "../../local/merge.ts";

describe("the embedded copy of a stack's settings", () => {
  const base = { stack: { size: "small", tempo: { retentionHours: 72 }, tenants: ["a"] } };

  it("begins as what the repository says", () => {
    assert.deepEqual(merge(undefined, base, undefined), base);
  });

  it("takes over a changed leaf and keeps what the user set beside it", () => {
    const theirs = { stack: { ...base.stack, tempo: { retentionHours: 168 } } };
    const mine = { stack: { ...base.stack, size: "large" } };
    assert.deepEqual(merge(base, theirs, mine), {
      stack: { size: "large", tempo: { retentionHours: 168 }, tenants: ["a"] },
    });
  });

  it("keeps what the user set where both changed the same leaf", () => {
    assert.deepEqual(merge({ a: 1 }, { a: 2 }, { a: 3 }), { a: 3 });
  });

  it("takes over a removal, and keeps one that the user made", () => {
    assert.deepEqual(merge({ a: 1, b: 1 }, { b: 1 }, { a: 1, b: 1, c: 1 }), { b: 1, c: 1 });
    assert.deepEqual(merge({ a: 1, b: 1 }, { a: 1, b: 2 }, { b: 1 }), { b: 2 });
  });

  it("merges lists of one length element by element, and keeps the user's list otherwise", () => {
    const element = (tier: string, rate: number) => [{ tier, rate }];
    assert.deepEqual(merge(element("x", 1), element("x", 2), element("y", 1)), element("y", 2));
    assert.deepEqual(merge(["a"], ["a", "b"], ["c"]), ["c"]);
  });

  it("keeps a secret that the user set as one value", () => {
    const secret = { secure: "v1:mine" };
    assert.deepEqual(merge({ password: { name: "x" } }, { password: { name: "y" } }, { password: secret }), {
      password: secret,
    });
  });

  it("follows the repository wholly where the user set nothing, and the user where the repository did not change", () => {
    const settings = fc.jsonValue() as fc.Arbitrary<Setting>;
    fc.assert(
      fc.property(settings, settings, (a, b) => {
        assert.deepEqual(merge(a, b, a), b);
        assert.deepEqual(merge(a, a, b), b);
      }),
    );
  });

  it("leaves out secrets that another provider encrypted, and names them", () => {
    const { plain, secrets } = withoutSecrets({
      "p:stack": { a: 1, oidc: { secret: { secure: "AA" } } },
      "p:key": { secure: "BB" },
    });
    assert.deepEqual(plain, { "p:stack": { a: 1, oidc: {} } });
    assert.deepEqual(secrets, ["p:stack.oidc.secret", "p:key"]);
  });
});
