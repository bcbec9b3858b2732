import assert from "node:assert/strict";
import { isOwned, owned, withoutOwner } from "../../../../local/providers/kubernetes/ownership.ts";

const urn = "urn:pulumi:dev::project::kubernetes:core/v1:ServiceAccount::loki";

describe("the note in an object which resource it is", () => {
  it("is found again by that resource alone, even in an object that says nothing but its name", () => {
    const object = owned({ metadata: { name: "loki" } }, urn);
    assert.equal(isOwned(object, urn), true);
    assert.equal(isOwned(object, `${urn}-2`), false);
    assert.equal(isOwned({ metadata: { name: "loki" } }, urn), false);
  });

  it("is hidden from the program, whose own annotations stay", () => {
    for (const metadata of [{ name: "loki" }, { name: "loki", annotations: { team: "platform" } }]) {
      const object = { kind: "ServiceAccount", metadata };
      assert.deepEqual(withoutOwner(owned(object, urn)), object);
    }
  });
});
