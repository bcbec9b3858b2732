import { longTermSeries } from "../../alerts/rules.ts";
import type { StackConfig } from "../config/schema.ts";
import { sizesOf } from "../sizes.ts";
import { names, operatedName, replicaAddresses } from "../topology.ts";
import { operatedSpec, type PrometheusSpec } from "./operated.ts";

/** Marks the rules that the Prometheus with the long memory evaluates. */
export const evaluatedByLabel = "autoweave.com/prometheus";

/** Proves to a kubelet who asks; its certificate is its own. */
export const kubeletScrapeClass = {
  name: "kubelet",
  authorization: { credentialsFile: "/var/run/secrets/kubernetes.io/serviceaccount/token" },
  tlsConfig: { insecureSkipVerify: true },
};

/** The Prometheus that scrapes everything, takes what is pushed, evaluates the rules and keeps days. */
export function prometheusSpec(stack: StackConfig): PrometheusSpec {
  const { prometheus } = stack;
  return {
    ...common(stack, "prometheus"),
    retention: `${prometheus.retentionDays}d`,
    scrapeInterval: `${prometheus.scrapeIntervalSeconds}s`,
    automountServiceAccountToken: true,
    serviceDiscoveryRole: "EndpointSlice",
    // Of this namespace only: nobody but the stack relabels what is scraped.
    podMonitorSelector: {},
    serviceMonitorSelector: {},
    scrapeConfigSelector: {},
    scrapeClasses: [kubeletScrapeClass],
    ruleSelector: {
      matchExpressions: [{ key: evaluatedByLabel, operator: "NotIn", values: [names.longTermPrometheus] }],
    },
    enforcedSampleLimit: 100_000,
    enforcedLabelLimit: 64,
    enforcedLabelNameLengthLimit: 256,
    enforcedLabelValueLengthLimit: 2048,
    enforcedBodySizeLimit: "64MB",
    enableFeatures: ["exemplar-storage"],
    exemplars: { maxSize: 100_000 },
    enableRemoteWriteReceiver: true,
    enableOTLPReceiver: true,
    // What waited in a queue through an outage arrives late, by several senders.
    tsdb: { outOfOrderTimeWindow: "1h" },
    remoteWrite: longTermWrites(stack),
    alerting: {
      alertmanagers: [
        {
          name: operatedName("alertmanager"),
          namespace: stack.namespace,
          port: "http",
          apiVersion: "v2",
        },
      ],
    },
  };
}

/** The small Prometheus that keeps the recorded series for more than a year, and scrapes nothing. */
export function longTermPrometheusSpec(stack: StackConfig): PrometheusSpec {
  const own = { matchLabels: { [evaluatedByLabel]: names.longTermPrometheus } };
  return {
    ...common(stack, "longTermPrometheus"),
    retention: `${stack.prometheus.longTermRetentionDays}d`,
    scrapeInterval: `${stack.prometheus.scrapeIntervalSeconds}s`,
    automountServiceAccountToken: false,
    // Without any selector the operator would leave the configuration to others.
    podMonitorSelector: own,
    ruleSelector: own,
    enableRemoteWriteReceiver: true,
    additionalAlertManagerConfigs: longTermAlertmanagers,
  };
}

/** The Secret that lists the Alertmanagers, for a Prometheus that has no access to the Kubernetes API. */
export const longTermAlertmanagers = {
  name: `${operatedName("longTermPrometheus")}-alertmanagers`,
  key: "alertmanagers.yaml",
};

/** The content of that Secret. */
export const longTermAlertmanagerConfigs = (stack: StackConfig) => [
  { api_version: "v2", static_configs: [{ targets: replicaAddresses(stack).alertmanager }] },
];

/**
 * Each replica of the long memory follows one replica of `main`: a pair of independent histories, as `main` is, and no
 * sample twice in either.
 */
function longTermWrites(stack: StackConfig): PrometheusSpec["remoteWrite"] {
  const { replicas } = sizesOf(stack).prometheus;
  return replicaAddresses(stack).longTermPrometheus.map((address, index) => ({
    name: `${names.longTermPrometheus}-${index}`,
    url: `http://${address}/api/v1/write`,
    metadataConfig: { send: false },
    writeRelabelConfigs: [
      { sourceLabels: ["__name__"], regex: longTermSeries, action: "keep" },
      {
        sourceLabels: ["prometheus_replica"],
        regex: `${operatedName("prometheus")}-${index % replicas}`,
        action: "keep",
      },
      { regex: "prometheus|prometheus_replica", action: "labeldrop" },
    ],
  }));
}

function common(stack: StackConfig, workload: "prometheus" | "longTermPrometheus"): PrometheusSpec {
  const { volumeGiB = 0 } = sizesOf(stack)[workload];
  return {
    ...operatedSpec(stack, workload),
    externalLabels: { environment: stack.environment },
    evaluationInterval: `${stack.prometheus.scrapeIntervalSeconds}s`,
    // Room for the write-ahead log and for blocks while they are compacted.
    retentionSize: `${Math.floor(volumeGiB * 1024 * 0.8)}MiB`,
  };
}
