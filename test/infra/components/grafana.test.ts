import assert from "node:assert/strict";
import { Cache } from "../../../infra/components/cache.ts";
import { Database } from "../../../infra/components/database.ts";
import { Grafana } from "../../../infra/components/grafana.ts";
import { Storage } from "../../../infra/components/storage.ts";
import { deploy } from "../../support/deploy.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

async function deployed(settings: object) {
  const stack = stackOf(settings);
  const created = await deploy(() => {
    const database = new Database("database", { stack, storage: new Storage("storage", { stack }) });
    new Grafana("grafana", { stack, database, cache: new Cache("cache", { stack }) });
  });
  return {
    ofKind: (kind: string) => created.filter(({ type }) => type.endsWith(`:${kind}`)),
    named: (name: string) => created.find((resource) => resource.name === name),
  };
}

describe("the Grafana component", () => {
  it("generates the administrator's password and the encryption key when they are not given", async () => {
    const { named } = await deployed(minimal);
    for (const name of ["grafana-admin", "grafana-encryption-key"]) {
      assert.equal(named(name)?.type, "kubernetes:core/v1:Secret");
    }
  });

  it("scales from 2 to 10 replicas at 80 % CPU in standard, and not at all in small", async () => {
    const [scaler] = (await deployed(production)).ofKind("HorizontalPodAutoscaler");
    const { minReplicas, maxReplicas, metrics } = scaler?.inputs.spec as Record<string, unknown>;
    assert.deepEqual([minReplicas, maxReplicas], [2, 10]);
    assert.match(JSON.stringify(metrics), /"averageUtilization":80/);
    assert.deepEqual((await deployed(minimal)).ofKind("HorizontalPodAutoscaler"), []);
  });

  it("puts each dashboard into a ConfigMap that the sidecar finds, with its folder", async () => {
    const maps = (await deployed(minimal))
      .ofKind("ConfigMap")
      .filter(({ name }) => name.startsWith("grafana-"));
    assert.ok(maps.length > 0);
    for (const { inputs } of maps) {
      const { labels, annotations } = inputs.metadata as Record<string, Record<string, string>>;
      assert.equal(labels?.grafana_dashboard, "1");
      assert.ok(annotations?.grafana_folder);
      for (const json of Object.values(inputs.data as Record<string, string>))
        assert.ok(JSON.parse(json).title);
    }
  });

  it("lets the sidecar read ConfigMaps and nothing else", async () => {
    const role = (await deployed(minimal)).named("grafana-dashboards");
    assert.deepEqual(role?.inputs.rules, [
      { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] },
    ]);
  });
});
