import assert from "node:assert/strict";
import { credential, generatedCredential } from "../../../infra/components/credentials.ts";
import { deploy } from "../../support/deploy.ts";

describe("a credential", () => {
  const args = { namespace: "ns", key: "password" };

  it("that is not given is generated once: later runs ignore the newly drawn value", async () => {
    const draw = () => generatedCredential("c", args, {});
    const [first] = await deploy(draw);
    const [second] = await deploy(draw);
    assert.equal(first?.type, "kubernetes:core/v1:Secret");
    assert.notDeepEqual(first?.inputs.data, second?.inputs.data);
  });

  it("that the cluster has already is referred to and not made", async () => {
    const created = await deploy(() => {
      const ref = credential("c", { ...args, source: { existingSecret: "mine", key: "pw" } }, {});
      assert.deepEqual(ref, { secret: "mine", key: "pw" });
    });
    assert.deepEqual(created, []);
  });
});
