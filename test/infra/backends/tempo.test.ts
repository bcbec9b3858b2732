import assert from "node:assert/strict";
import { tempoConfig, tempoOverrides } from "../../../infra/backends/tempo.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

const small = stackOf(minimal);
const standard = stackOf(production);

describe("Tempo's configuration", () => {
  it("keeps tenants apart", () => {
    assert.equal(tempoConfig(small, "f").multitenancy_enabled, true);
  });

  it("keeps traces as long as the stack says, and a tenant's as long as the tenant's own setting says", () => {
    assert.equal(tempoConfig(small, "f").compactor.compaction.block_retention, "72h");
    const tenants = [{ id: "prod-tenant" }, { id: "long", tracesRetentionHours: 720 }];
    const overrides = tempoOverrides(stackOf({ ...production, tenants, services: [] }));
    assert.equal(overrides["prod-tenant"]?.compaction.block_retention, "168h");
    assert.equal(overrides.long?.compaction.block_retention, "720h");
  });

  it("finds a span by its own time though it comes a day late, and before it is in a block", () => {
    const { query_frontend: frontend, storage } = tempoConfig(small, "f");
    assert.equal(storage.trace.wal.ingestion_time_range_slack, "24h");
    assert.equal(frontend.search.query_ingesters_until, "25h");
  });

  it("bounds what each tenant may write, and tells a sender over the bound to come again", () => {
    assert.equal(tempoOverrides(small)["dev-tenant"]?.ingestion.rate_limit_bytes, 5 * 1024 * 1024);
    assert.notEqual(tempoConfig(small, "f").distributor.retry_after_on_resource_exhausted, "0s");
  });

  it("makes service graphs and span metrics for every tenant, each series with its tenant", () => {
    const { metrics_generator: generator } = tempoConfig(standard, "f");
    assert.equal(generator.registry.inject_tenant_id_as, "tenant_id");
    for (const { metrics_generator: own } of Object.values(tempoOverrides(standard))) {
      assert.deepEqual(own.processors, ["service-graphs", "span-metrics"]);
    }
  });

  it("labels span metrics with the environment and version of their service", () => {
    for (const { metrics_generator: own } of Object.values(tempoOverrides(standard))) {
      const labels = own.processor.span_metrics.dimension_mappings.map(({ name }) => name);
      assert.deepEqual(labels, ["environment", "version"]);
    }
  });

  it("writes them with exemplars to every Prometheus of the pair", () => {
    const { remote_write: writes } = tempoConfig(standard, "f").metrics_generator.storage;
    assert.equal(writes.length, 2);
    assert.ok(writes.every((write) => write.send_exemplars));
  });

  it("counts latencies at each threshold that an SLO names", () => {
    const { service_graphs: graphs, span_metrics: metrics } = tempoConfig(small, "f").metrics_generator
      .processor;
    for (const threshold of [0.08, 0.1, 0.2, 0.25]) {
      assert.ok(graphs.histogram_buckets.includes(threshold));
      assert.ok(metrics.histogram_buckets.includes(threshold));
    }
  });

  it("holds every span three times in a standard stack until it is in the bucket", () => {
    assert.equal(tempoConfig(small, "f").ingester.lifecycler.ring.replication_factor, 1);
    assert.equal(tempoConfig(standard, "f").ingester.lifecycler.ring.replication_factor, 3);
  });

  it("has a trace on disk ten seconds after its last span: what is in memory alone is lost with the process", () => {
    const { trace_idle_period: idle, flush_check_period: check } = tempoConfig(small, "f").ingester;
    assert.deepEqual([idle, check], ["5s", "5s"]);
  });

  it("holds no credential", () => {
    assert.doesNotMatch(JSON.stringify(tempoConfig(small, "f")), /access_key|secret_key/);
  });
});
