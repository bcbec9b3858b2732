import assert from "node:assert/strict";
import { lokiConfig, lokiOverrides } from "../../../infra/backends/loki.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

const small = stackOf(minimal);
const standard = stackOf(production);

describe("Loki's configuration", () => {
  it("keeps tenants apart, and refuses to be made for none", () => {
    assert.equal(lokiConfig(small, "f").auth_enabled, true);
    assert.throws(() => lokiConfig({ ...small, tenants: [] }, "f"), /no tenant/);
  });

  it("holds every line once in a small stack, and three times in a standard one", () => {
    assert.equal(lokiConfig(small, "f").common.replication_factor, 1);
    assert.equal(lokiConfig(standard, "f").common.replication_factor, 3);
  });

  it("deletes what is past its retention, and what an erasure asks for", () => {
    const { compactor, limits_config: limits } = lokiConfig(standard, "f");
    assert.equal(compactor.retention_enabled, true);
    assert.equal(compactor.delete_request_store, "filesystem");
    assert.equal(limits.deletion_mode, "filter-and-delete");
    assert.equal(limits.retention_period, "168h");
  });

  it("gives a tenant its own retention and rate", () => {
    const { overrides } = lokiOverrides(standard);
    assert.equal(overrides["premium-tenant"]?.retention_period, "336h");
    assert.equal(overrides["premium-tenant"]?.reject_old_samples_max_age, "336h");
    assert.equal(overrides["prod-tenant"]?.retention_period, "168h");
    assert.equal(overrides["prod-tenant"]?.ingestion_rate_mb, 5);
  });

  it("lets a whole batch of the Collector through, however low the tenant's rate", () => {
    const tenants = [{ id: "dev-tenant", logsMiBPerSecond: 0.1 }];
    const { overrides } = lokiOverrides(stackOf({ ...minimal, tenants }));
    assert.ok((overrides["dev-tenant"]?.ingestion_burst_size_mb ?? 0) >= 2);
  });

  it("takes lines that come hours after newer ones of their stream", () => {
    assert.equal(lokiConfig(small, "f").limits_config.shard_streams.time_sharding_enabled, true);
  });

  it("makes labels of a source's service and environment, and of nothing else", () => {
    const { otlp_config: otlp, shard_streams: shards } = lokiConfig(small, "f").limits_config;
    assert.equal(otlp.resource_attributes.ignore_defaults, true);
    assert.deepEqual(otlp.resource_attributes.attributes_config, [
      { action: "index_label", attributes: ["service.name", "deployment.environment.name"] },
    ]);
    assert.equal(shards.enabled, false);
  });

  it("replays its log within half of the container's memory", () => {
    assert.equal(lokiConfig(small, "f").ingester.wal.replay_memory_ceiling, "384MB");
    assert.equal(lokiConfig(standard, "f").ingester.wal.replay_memory_ceiling, "4096MB");
  });

  it("tells every Alertmanager of a firing rule", () => {
    assert.equal(lokiConfig(standard, "f").ruler.alertmanager_url.split(",").length, 3);
  });

  it("holds no credential", () => {
    assert.doesNotMatch(JSON.stringify(lokiConfig(small, "f")), /access_key|secret/);
  });
});
