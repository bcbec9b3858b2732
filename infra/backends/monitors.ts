import type { IPodMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";
import type { StackConfig } from "../config/schema.ts";
import { kebab } from "../kebab.ts";
import { placeOf } from "../network-policies.ts";
import {
  appScraping,
  namespacesOf,
  nodePorts,
  type WorkloadName,
  workloads,
  type WorkloadSpec,
} from "../topology.ts";
import { boundsAsPushed } from "./bucket-bounds.ts";
import { kubeletScrapeClass } from "./prometheus.ts";

interface Monitor {
  /** Of the PodMonitor, and the `job` label of what it scrapes. */
  name: string;
  spec: IPodMonitor["spec"];
}

/** Everything that runs in this stack and every app that asks for it, scraped pod by pod. */
export const monitors = (stack: StackConfig): Monitor[] => [
  ...scrapedWorkloads(stack).map((workload) => workloadMonitor(stack, workload)),
  { name: "node-exporter", spec: nodeExporterMonitor(stack) },
  ...(stack.prometheus.appNamespaces.length > 0 ? [{ name: "apps", spec: appsMonitor(stack) }] : []),
];

/** What every kubelet tells: of the containers on its node, and of the volumes. */
export const kubeletScrapes = [
  {
    name: "containers",
    spec: kubeletScrape("containers", "/metrics/cadvisor", {
      // Per-container detail that no question of an operator needs, and half of all series.
      regex: "container_(tasks_state|memory_failures_total|blkio_.*)",
      action: "drop",
    }),
  },
  {
    name: "volumes",
    spec: kubeletScrape("volumes", "/metrics", { regex: "kubelet_volume_stats_.*", action: "keep" }),
  },
];

/** `spec` of a ScrapeConfig. */
function kubeletScrape(job: string, path: string, series: { regex: string; action: "keep" | "drop" }) {
  return {
    jobName: job,
    kubernetesSDConfigs: [{ role: "Node" }],
    scrapeClass: kubeletScrapeClass.name,
    scheme: "https",
    metricsPath: path,
    relabelings: [
      { sourceLabels: ["__meta_kubernetes_node_name"], targetLabel: "node" },
      { targetLabel: "job", replacement: job },
    ],
    metricRelabelings: [{ sourceLabels: ["__name__"], ...series }],
  };
}

/** The `job` labels of what runs in this stack at all times. */
export const permanentJobs = (stack: StackConfig): string[] => scrapedWorkloads(stack).map(kebab);

const scrapedWorkloads = (stack: StackConfig) =>
  (Object.keys(workloads) as WorkloadName[]).filter(
    (name) => "metrics" in workloads[name] && placeOf(stack, name) === "here",
  );

function workloadMonitor(stack: StackConfig, workload: WorkloadName): Monitor {
  const { labels, ports, metrics = "", needsHost }: WorkloadSpec = workloads[workload];
  const { main, host } = namespacesOf(stack);
  const name = kebab(workload);
  return {
    name,
    spec: {
      namespaceSelector: { matchNames: [needsHost ? host : main] },
      selector: { matchLabels: labels },
      podMetricsEndpoints: [
        {
          portNumber: ports[metrics]?.number,
          // Certificates inside the cluster are self-signed by whoever serves them.
          ...(metrics === "https" ? { scheme: "https", tlsConfig: { insecureSkipVerify: true } } : {}),
          relabelings: [
            { targetLabel: "job", replacement: name, action: "replace" },
            ...(tellsOfOthers[workload] ?? []),
          ],
        },
      ],
    },
  };
}

/** kube-state-metrics tells of other pods: its `namespace`, `pod` and `container` are theirs, not its own. */
const tellsOfOthers: Partial<Record<WorkloadName, { regex: string; action: "labeldrop" }[]>> = {
  kubeStateMetrics: [{ regex: "namespace|pod|container", action: "labeldrop" }],
};

const nodeExporterMonitor = (stack: StackConfig): IPodMonitor["spec"] => ({
  namespaceSelector: { matchNames: [namespacesOf(stack).host] },
  selector: { matchLabels: { "app.kubernetes.io/name": "prometheus-node-exporter" } },
  podMetricsEndpoints: [
    {
      portNumber: nodePorts.nodeExporter,
      relabelings: [
        { targetLabel: "job", replacement: "node-exporter", action: "replace" },
        { sourceLabels: ["__meta_kubernetes_pod_node_name"], targetLabel: "node", action: "replace" },
      ],
    },
  ],
});

const appsMonitor = ({ prometheus }: StackConfig): IPodMonitor["spec"] => ({
  namespaceSelector: { matchNames: prometheus.appNamespaces },
  selector: { matchLabels: appScraping.label },
  sampleLimit: 20_000,
  podMetricsEndpoints: [
    {
      port: appScraping.portName,
      honorLabels: false,
      metricRelabelings: [...boundsAsPushed],
    },
  ],
});
