import assert from "node:assert/strict";
import { Cache } from "../../../infra/components/cache.ts";
import { deploy } from "../../support/deploy.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

async function cacheOf(settings: object) {
  let cache: Cache | undefined;
  const created = await deploy(() => {
    cache = new Cache("cache", { stack: stackOf(settings) });
  });
  assert.ok(cache);
  const release = created.find(({ type }) => type.endsWith(":Release"));
  return {
    created,
    cache: cache.connection,
    values: release?.inputs.values as Record<string, Record<string, unknown>>,
  };
}

describe("the cache", () => {
  it("is one server without a volume in a small stack", async () => {
    const { values } = await cacheOf(minimal);
    assert.equal(values.replica, undefined);
    assert.equal(values.dataStorage, undefined);
  });

  it("has two replicas, spread and with a disruption budget, in a highly available stack", async () => {
    const { values } = await cacheOf(production);
    assert.equal(values.replica?.replicas, 2);
    assert.deepEqual(values.podDisruptionBudget, { enabled: true, maxUnavailable: 1 });
    assert.ok(Array.isArray(values.topologySpreadConstraints));
  });

  it("drops old entries before its memory limit is reached", async () => {
    assert.match(
      String((await cacheOf(minimal)).values.valkeyConfig),
      /^maxmemory 153mb\nmaxmemory-policy allkeys-lru$/m,
    );
  });

  it("asks everybody for the password, which stands in a Secret and in no value", async () => {
    const { values, cache } = await cacheOf({ ...minimal, redis: { kind: "cluster", password: "hunter2" } });
    assert.deepEqual(values.auth, {
      enabled: true,
      usersExistingSecret: "redis-auth",
      aclUsers: { default: { permissions: "~* &* +@all", passwordKey: "password" } },
    });
    assert.deepEqual(cache.password, { secret: "redis-auth", key: "password" });
    assert.ok(!JSON.stringify(values).includes("hunter2"));
  });

  it("states what each of its containers needs", async () => {
    const { values } = await cacheOf(production);
    const exporter = values.metrics?.exporter as Record<string, object>;
    for (const resources of [values.resources, values.initResources, exporter.resources]) {
      assert.deepEqual(Object.keys(resources ?? {}).sort(), ["limits", "requests"]);
    }
  });

  it("that exists already is reached by TLS, and nothing is installed", async () => {
    const { created, cache } = await cacheOf({
      ...minimal,
      redis: {
        kind: "external",
        host: "cache.example.com",
        password: { existingSecret: "mine", key: "pw" },
      },
    });
    assert.ok(!created.some(({ type }) => type.startsWith("kubernetes:")));
    assert.equal(cache.address, "cache.example.com:6379");
    assert.equal(cache.tls, true);
    assert.deepEqual(cache.password, { secret: "mine", key: "pw" });
  });
});
