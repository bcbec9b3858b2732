import assert from "node:assert/strict";
import { Namespaces } from "../../../infra/components/namespaces.ts";
import { mebibytes, milliCpu, totalOf } from "../../../infra/quantities.ts";
import { sizesOf } from "../../../infra/sizes.ts";
import { deploy, type Registered } from "../../support/deploy.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

type Fields = Record<string, string>;
const metadata = ({ inputs }: Registered) =>
  inputs.metadata as { name: string; labels: Fields; namespace: string };

for (const [size, settings] of Object.entries({ small: minimal, standard: production })) {
  describe(`the namespaces of a ${size} stack`, () => {
    const stack = stackOf(settings);
    let created: Registered[];
    before(async () => {
      created = await deploy(() => new Namespaces("namespaces", { stack }));
    });
    const ofType = (type: string) => created.filter((resource) => resource.type.endsWith(`:${type}`));

    it("wear the guide's label; only the one for host access is privileged", () => {
      const levels = ofType("Namespace").map((namespace) => {
        const { name, labels } = metadata(namespace);
        assert.equal(labels.name, name);
        return [
          name,
          ...["enforce", "audit", "warn"].map((mode) => labels[`pod-security.kubernetes.io/${mode}`]),
        ];
      });
      assert.deepEqual(levels, [
        ["autoweave-observability", "restricted", "restricted", "restricted"],
        ["autoweave-observability-host", "privileged", "privileged", "privileged"],
      ]);
    });

    it("have a quota that a rollout of everything at once fits into", () => {
      const [quota] = ofType("ResourceQuota");
      const hard = (quota?.inputs.spec as { hard: Fields }).hard;
      const needed = totalOf(sizesOf(stack), "limits");
      assert.ok(milliCpu(hard["limits.cpu"] ?? "0") >= 2 * needed.milliCpu);
      assert.ok(mebibytes(hard["limits.memory"] ?? "0Mi") >= 2 * needed.mebibytes);
      assert.equal(hard["services.loadbalancers"], "0");
    });

    it("give a container that asks for nothing requests and limits", () => {
      for (const range of ofType("LimitRange")) {
        const [limit] = (range.inputs.spec as { limits: Record<string, Fields>[] }).limits;
        assert.ok(limit?.default?.memory && limit.defaultRequest?.cpu);
      }
      assert.equal(ofType("LimitRange").length, 2);
    });

    it("let every container of the table of sizes in", () => {
      const [limit] = (ofType("LimitRange")[0]?.inputs.spec as { limits: Record<string, Fields>[] }).limits;
      for (const { resources } of Object.values(sizesOf(stack))) {
        assert.ok(milliCpu(resources.limits.cpu) <= milliCpu(limit?.max?.cpu ?? "0"));
        assert.ok(mebibytes(resources.limits.memory) <= mebibytes(limit?.max?.memory ?? "0Mi"));
      }
    });
  });
}

it("two stacks in one cluster do not share a priority class, nor does any evict apps", async () => {
  const names = [];
  for (const namespace of ["one", "two"]) {
    const created = await deploy(() => new Namespaces("n", { stack: stackOf({ ...minimal, namespace }) }));
    const priority = created.find(({ type }) => type.endsWith(":PriorityClass")) ?? assert.fail();
    names.push(metadata(priority).name);
    assert.equal(priority.inputs.preemptionPolicy, "Never");
  }
  assert.deepEqual(names, ["one-critical", "two-critical"]);
});
