import assert from "node:assert/strict";
import { Metrics } from "../../../infra/components/metrics.ts";
import { deploy } from "../../support/deploy.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

const deployed = (settings: object) => deploy(() => new Metrics("metrics", { stack: stackOf(settings) }));

describe("metrics", () => {
  it("are kept by two Prometheus resources, each with a Service that keeps a client at one replica", async () => {
    const created = await deployed(production);
    const ofKind = (kind: string) => created.filter(({ type }) => type.endsWith(`:${kind}`));
    assert.deepEqual(
      new Set(ofKind("Prometheus").map(({ inputs }) => (inputs.metadata as { name: string }).name)),
      new Set(["main", "long-term"]),
    );
    for (const name of ["prometheus-main", "prometheus-long-term"]) {
      const service = ofKind("Service").find((resource) => resource.name === name);
      assert.equal((service?.inputs.spec as { sessionAffinity: string }).sessionAffinity, "ClientIP");
    }
  });

  it("survive a drain when there are two of each, and ask for no budget when alone", async () => {
    const budgets = async (settings: object) =>
      (await deployed(settings))
        .filter(({ type }) => type.includes("PodDisruptionBudget"))
        .map(({ name }) => name);
    assert.deepEqual(
      new Set(await budgets(production)),
      new Set(["prometheus-main", "prometheus-long-term"]),
    );
    assert.deepEqual(await budgets(minimal), []);
  });

  it("are discovered without a right to read Secrets or ConfigMaps", async () => {
    const roles = (await deployed(production)).filter(({ type }) => /:(Cluster)?Role$/.test(type));
    const resources = roles.flatMap(({ inputs }) =>
      (inputs.rules as { resources: string[] }[]).flatMap((rule) => rule.resources),
    );
    assert.deepEqual(resources.sort(), ["endpointslices", "nodes", "nodes/metrics", "pods", "services"]);
  });

  it("give each program an account of its own, without a token by default", async () => {
    const accounts = (await deployed(production)).filter(({ type }) => type.endsWith(":ServiceAccount"));
    assert.deepEqual(
      Object.fromEntries(accounts.map(({ name, inputs }) => [name, inputs.automountServiceAccountToken])),
      { "prometheus-main": false, "prometheus-long-term": false, "prom-label-proxy": false },
    );
  });

  it("name the cluster-wide role after the namespace, so that two stacks share a cluster", async () => {
    const created = await deployed({ ...minimal, namespace: "blue" });
    const role = created.find(({ type }) => type.endsWith(":ClusterRole"));
    assert.equal((role?.inputs.metadata as { name: string }).name, "blue-prometheus");
  });
});
