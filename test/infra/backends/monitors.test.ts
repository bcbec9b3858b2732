import assert from "node:assert/strict";
import { boundsAsPushed } from "../../../infra/backends/bucket-bounds.ts";
import { kubeletScrapes, monitors } from "../../../infra/backends/monitors.ts";
import { workloads } from "../../../infra/topology.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

const monitorOf = (name: string, settings: object = production) =>
  monitors(stackOf(settings)).find((monitor) => monitor.name === name)?.spec;

describe("what Prometheus scrapes", () => {
  it("is every workload of the table that runs and has metrics, by pod labels and port number", () => {
    const names = monitors(stackOf(production)).map(({ name }) => name);
    for (const name of [
      "gateway",
      "loki",
      "tempo",
      "collector",
      "grafana",
      "alertmanager",
      "prometheus",
      "redis",
      "database",
    ]) {
      assert.ok(names.includes(name), name);
    }
    assert.deepEqual(monitorOf("loki")?.selector.matchLabels, workloads.loki.labels);
    assert.equal(monitorOf("loki")?.podMetricsEndpoints?.[0]?.portNumber, 3100);
  });

  it("leaves out what the stack does not run", () => {
    assert.equal(monitorOf("node-agent", minimal), undefined);
    assert.ok(monitorOf("node-agent", { ...minimal, collector: { nodeAgent: true } }));
  });

  it("has a job named after the workload", () => {
    const [endpoint] = monitorOf("long-term-prometheus")?.podMetricsEndpoints ?? [];
    assert.deepEqual(endpoint?.relabelings, [
      { targetLabel: "job", replacement: "long-term-prometheus", action: "replace" },
    ]);
  });

  it("is an app that wears the label, in trusted namespaces only, whose own labels never replace the target's", () => {
    assert.equal(monitorOf("apps", minimal), undefined);
    const apps = monitorOf("apps", production);
    assert.deepEqual(apps?.namespaceSelector, { matchNames: ["autoweave"] });
    assert.deepEqual(apps?.selector.matchLabels, { "autoweave.com/scrape": "true" });
    const [{ metricRelabelings, ...endpoint } = assert.fail("no endpoint")] = apps?.podMetricsEndpoints ?? [];
    assert.deepEqual(endpoint, { port: "metrics", honorLabels: false });
    assert.deepEqual(metricRelabelings, boundsAsPushed, "a bucket has one name, pushed or scraped");
    assert.ok(Number(apps?.sampleLimit) > 0);
  });

  it("never lets a target's labels win", () => {
    const honoring = monitors(stackOf(production)).filter(({ spec }) =>
      spec.podMetricsEndpoints?.some(({ honorLabels }) => honorLabels),
    );
    assert.deepEqual(honoring, []);
  });

  it("is every kubelet, for containers and for how full the volumes are, and nothing else that it tells", () => {
    const [containers, volumes] = kubeletScrapes.map(({ spec }) => spec);
    assert.equal(containers?.metricsPath, "/metrics/cadvisor");
    assert.equal(volumes?.metricsPath, "/metrics");
    assert.deepEqual(volumes?.metricRelabelings, [
      { sourceLabels: ["__name__"], regex: "kubelet_volume_stats_.*", action: "keep" },
    ]);
  });
});
