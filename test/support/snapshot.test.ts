import assert from "node:assert/strict";
import { parse } from "yaml";
import { snapshotOf } from "./snapshot.ts";

const secret = {
  type: "kubernetes:core/v1:Secret",
  name: "b",
  provider: "",
  inputs: { metadata: { name: "b", namespace: "ns" }, data: { password: "c2VjcmV0", user: "eA==" } },
};

describe("a snapshot", () => {
  it("tells of a Secret which keys it has, and not what they hold", () => {
    const text = snapshotOf([secret]);
    assert.deepEqual(parse(text), {
      "kubernetes:core/v1:Secret": { b: { namespace: "ns", keys: ["password", "user"] } },
    });
  });

  it("is the same in whatever order resources were registered", () => {
    const others = ["c", "a"].map((name) => ({ ...secret, name }));
    assert.equal(snapshotOf([secret, ...others]), snapshotOf([...others, secret]));
  });
});
