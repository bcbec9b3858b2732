import type { StackConfig } from "../../config/schema.ts";
import { spread } from "../../pods.ts";
import { sizesOf } from "../../sizes.ts";
import { criticalPriorityOf, namespacesOf, workloads } from "../../topology.ts";

/** A part of a chart that is left out. */
const off = { enabled: false };

/** Keeps a CRD, and with it every resource of its kind, when its release goes. */
const kept = { "helm.sh/resource-policy": "keep" };

export const prometheusCrds = ({ protect }: StackConfig) => ({
  crds: { annotations: protect ? kept : {} },
});

/** The operator and the exporters of kube-prometheus-stack; what they operate and scrape are resources of ours. */
export function kubePrometheusStack(stack: StackConfig) {
  const sizes = sizesOf(stack);
  return {
    crds: off,
    defaultRules: { create: false },
    prometheus: off,
    alertmanager: off,
    grafana: off,
    kubernetesServiceMonitors: off,
    kubeApiServer: off,
    kubelet: off,
    kubeControllerManager: off,
    coreDns: off,
    kubeEtcd: off,
    kubeScheduler: off,
    kubeProxy: off,
    // Its ClusterRole reads every Secret; see `prometheusOperatorRights`.
    global: { rbac: { create: false } },
    prometheusOperator: {
      resources: sizes.prometheusOperator.resources,
      namespaces: { releaseNamespace: true, additional: [] },
      prometheusConfigReloader: { resources: sizes.sidecar.resources },
      kubeletService: off,
      kubeletEndpointsEnabled: false,
      serviceMonitor: { selfMonitor: false },
      // Certificates from cert-manager: the chart's own come from hooks, which an update may skip.
      admissionWebhooks: { certManager: { enabled: true }, patch: off },
    },
    "kube-state-metrics": {
      resources: sizes.exporter.resources,
      // Else its ClusterRole reads every Secret.
      collectorsExclude: ["secrets"],
      prometheus: { monitor: off },
    },
    "prometheus-node-exporter": {
      namespaceOverride: namespacesOf(stack).host,
      resources: sizes.exporter.resources,
      containerSecurityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
      prometheus: { monitor: off },
    },
  };
}

export function certManager(stack: StackConfig) {
  const { replicas, resources } = sizesOf(stack).certManager;
  const part = (component: string) => ({
    replicaCount: replicas,
    resources,
    podDisruptionBudget: { enabled: replicas > 1 },
    topologySpreadConstraints: spread({
      ...workloads.certManager.labels,
      "app.kubernetes.io/component": component,
    }),
  });
  return {
    ...part("controller"),
    webhook: part("webhook"),
    cainjector: part("cainjector"),
    startupapicheck: { resources },
    crds: { enabled: true, keep: stack.protect },
    global: {
      leaderElection: { namespace: stack.namespace },
      priorityClassName: criticalPriorityOf(stack),
    },
    ...(stack.entry.route.kind === "gateway"
      ? {
          config: {
            apiVersion: "controller.config.cert-manager.io/v1alpha1",
            kind: "ControllerConfiguration",
            enableGatewayAPI: true,
          },
        }
      : {}),
  };
}

export function cloudNativePg(stack: StackConfig) {
  const { replicas, resources } = sizesOf(stack).cloudNativePg;
  return {
    replicaCount: replicas,
    resources,
    topologySpreadConstraints: spread(workloads.cloudNativePg.labels),
    priorityClassName: criticalPriorityOf(stack),
    // Watches its own namespace, and so reads no Secrets of others.
    config: { clusterWide: false },
  };
}

export const barmanPlugin = (stack: StackConfig) => ({
  resources: sizesOf(stack).cloudNativePg.resources,
  // Its ClusterRole reads every Secret; see `barmanPluginRights`.
  rbac: { create: false },
});
