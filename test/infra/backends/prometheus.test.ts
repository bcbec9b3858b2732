import assert from "node:assert/strict";
import { longTermPrometheusSpec, prometheusSpec } from "../../../infra/backends/prometheus.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

const small = stackOf(minimal);
const standard = stackOf(production);

describe("Prometheus", () => {
  it("keeps metrics for the stack's days, once in small and twice in standard", () => {
    assert.deepEqual([prometheusSpec(small).retention, prometheusSpec(small).replicas], ["3d", 1]);
    assert.deepEqual([prometheusSpec(standard).retention, prometheusSpec(standard).replicas], ["7d", 2]);
  });

  it("takes pushed metrics by OTLP and remote write, late ones too, and stores exemplars", () => {
    const spec = prometheusSpec(small);
    assert.equal(spec.enableOTLPReceiver, true);
    assert.equal(spec.enableRemoteWriteReceiver, true);
    assert.equal(spec.tsdb?.outOfOrderTimeWindow, "1h");
    assert.deepEqual(spec.enableFeatures, ["exemplar-storage"]);
  });

  it("heeds the monitors of its own namespace only, so that no tenant relabels what is scraped", () => {
    const spec = prometheusSpec(standard);
    for (const kind of ["podMonitor", "serviceMonitor", "scrapeConfig"] as const) {
      assert.deepEqual(spec[`${kind}Selector`], {});
      assert.equal(spec[`${kind}NamespaceSelector`], undefined);
    }
  });

  it("bounds what any target may bring in", () => {
    const spec = prometheusSpec(standard);
    assert.ok(Number(spec.enforcedSampleLimit) > 0);
    assert.ok(Number(spec.enforcedLabelLimit) > 0);
    assert.ok(spec.enforcedBodySizeLimit);
  });

  it("hands recorded series on, each replica of the long memory following one of the pair", () => {
    const writes = prometheusSpec(standard).remoteWrite ?? [];
    assert.deepEqual(
      writes.map(({ url, writeRelabelConfigs = [] }) => [url, writeRelabelConfigs[1]?.regex]),
      [
        ["http://prometheus-long-term-0.prometheus-operated:9090/api/v1/write", "prometheus-main-0"],
        ["http://prometheus-long-term-1.prometheus-operated:9090/api/v1/write", "prometheus-main-1"],
      ],
    );
    for (const { writeRelabelConfigs = [] } of writes) {
      assert.deepEqual(
        writeRelabelConfigs.map(({ action }) => action),
        ["keep", "keep", "labeldrop"],
      );
    }
  });

  it("stops before its volume is full", () => {
    assert.equal(prometheusSpec(standard).retentionSize, `${100 * 1024 * 0.8}MiB`);
  });
});

describe("the Prometheus with the long memory", () => {
  it("keeps 400 days, scrapes nothing and has no token of the Kubernetes API", () => {
    const spec = longTermPrometheusSpec(standard);
    assert.equal(spec.retention, "400d");
    assert.equal(spec.serviceMonitorSelector, undefined);
    assert.equal(spec.scrapeConfigSelector, undefined);
    assert.equal(spec.automountServiceAccountToken, false);
  });

  it("evaluates the rules that are marked for it, which the other one leaves alone", () => {
    assert.deepEqual(longTermPrometheusSpec(small).ruleSelector, {
      matchLabels: { "autoweave.com/prometheus": "long-term" },
    });
    assert.deepEqual(prometheusSpec(small).ruleSelector, {
      matchExpressions: [{ key: "autoweave.com/prometheus", operator: "NotIn", values: ["long-term"] }],
    });
  });
});
