import assert from "node:assert/strict";
import { collectorConfig } from "../../../infra/backends/collector.ts";
import { sizesOf } from "../../../infra/sizes.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

const small = stackOf(minimal);
const standard = stackOf(production);

interface Exporter {
  headers?: Record<string, string>;
  sending_queue?: { queue_size: number; storage: string; sizer: string };
  retry_on_failure?: { max_elapsed_time: string };
}
const sending = (stack: typeof small) =>
  Object.entries(collectorConfig(stack).exporters as Record<string, Exporter>).filter(
    ([name]) => name !== "debug/refused",
  );

interface Pipeline {
  processors: string[];
  exporters: string[];
}
const pipelines = (stack: typeof small) =>
  Object.entries(collectorConfig(stack).service.pipelines as Record<string, Pipeline>);

describe("the Collector's configuration", () => {
  it("is refused for a stack without tenants", () => {
    assert.throws(() => collectorConfig({ ...small, tenants: [] }), /no tenant/);
  });

  it("limits memory first of all in each pipeline that takes something in", () => {
    const incoming = pipelines(standard).filter(([, { exporters }]) => exporters[0]?.startsWith("routing/"));
    assert.equal(incoming.length, 4);
    for (const [, { processors }] of incoming) assert.equal(processors[0], "memory_limiter");
  });

  it("refuses what comes at 80 % of the container's memory", () => {
    assert.equal(collectorConfig(small).processors.memory_limiter.limit_mib, 614);
  });

  it("takes no scope's word for a tenant", () => {
    const { trace_statements, metric_statements, log_statements } =
      collectorConfig(small).processors["transform/records"];
    for (const [first] of [trace_statements, metric_statements, log_statements])
      assert.deepEqual(first, {
        context: "scope",
        statements: [
          'delete_key(scope.attributes, "tenant.id")',
          'delete_key(scope.attributes, "tenant_id")',
        ],
      });
  });

  it("has for each tenant and backend a queue on disk from which nothing is given up for its age", () => {
    // Two tenants; Tempo, Loki and a pair of Prometheus.
    assert.equal(sending(standard).length, 2 * 4);
    for (const [name, exporter] of sending(standard)) {
      assert.equal(exporter.sending_queue?.storage, "file_storage", name);
      assert.equal(exporter.retry_on_failure?.max_elapsed_time, "0s", name);
      assert.match(name, new RegExp(`-${exporter.headers?.["X-Scope-OrgID"]}(-\\d)?$`));
    }
    assert.equal(collectorConfig(standard).extensions.file_storage.fsync, true);
  });

  it("has queues that, all of them full, leave the volume room to compact them", () => {
    for (const stack of [small, standard]) {
      const bytes = sending(stack).reduce((sum, [, { sending_queue: q }]) => sum + (q?.queue_size ?? 0), 0);
      assert.ok(bytes <= (sizesOf(stack).collector.volumeGiB ?? 0) * 2 ** 30 * 0.5);
    }
  });

  it("says so when there are more tenants than the volume has room for", () => {
    const tenants = Array.from({ length: 500 }, (_, index) => ({ id: `tenant-${index}` }));
    assert.throws(() => collectorConfig(stackOf({ ...minimal, tenants })), /volume of 1 GiB is too small/);
  });

  it("lets a service's records into the pipelines of the tenants in its list alone", () => {
    const services = [{ name: "hub", tenants: ["prod-tenant"] }];
    const { connectors } = collectorConfig(stackOf({ ...production, services }));
    const { table } = connectors["routing/logs"] as { table: { condition: string; pipelines: string[] }[] };
    const route = (tenant: string) => table.find(({ pipelines: [to] }) => to === `logs/${tenant}`)?.condition;
    assert.match(route("prod-tenant") ?? "", /"hub"/);
    assert.doesNotMatch(route("premium-tenant") ?? "hub", /"hub"/);
  });

  it("samples traces only where the stack asks for it", () => {
    const sampled = stackOf({ ...production, collector: { tailSampling: { keepPercent: 5 } } });
    assert.ok(!("tail_sampling" in collectorConfig(standard).processors));
    assert.ok("tail_sampling" in collectorConfig(sampled).processors);
    const [, traces] = pipelines(sampled).find(([name]) => name === "traces/in") ?? [];
    assert.equal(traces?.processors.at(-1), "tail_sampling");
  });
});
