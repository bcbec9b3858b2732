import type { StackConfig } from "../config/schema.ts";
import { containerSecurity, podSecurity } from "../pods.ts";
import { sizesOf } from "../sizes.ts";
import { addresses, names, workloads } from "../topology.ts";

/** Values of the chart: every query is confined to the tenant that the gateway names in its header. */
export function promLabelProxyValues(stack: StackConfig) {
  const { labels, ports } = workloads.promLabelProxy;
  const { replicas, resources } = sizesOf(stack).promLabelProxy;
  const near = (topologyKey: string) => ({
    weight: 50,
    podAffinityTerm: { topologyKey, labelSelector: { matchLabels: labels } },
  });
  return {
    replicaCount: replicas,
    serviceAccount: { create: false, name: names.promLabelProxy },
    config: {
      listenAddress: `0.0.0.0:${ports.http.number}`,
      upstream: `http://${addresses(stack).prometheus}`,
      label: "tenant_id",
      // A query that names another tenant is refused rather than quietly rewritten.
      extraArgs: [
        "--header-name=X-Scope-OrgID",
        "--enable-label-apis=true",
        "--error-on-replace=true",
        // Whether Prometheus is ready concerns no tenant; the gateway lets everybody ask.
        "--unsafe-passthrough-paths=/-/ready",
      ],
    },
    service: { port: ports.http.number },
    metrics: { enabled: true, listenAddress: `0.0.0.0:${ports.metrics.number}` },
    resources,
    podSecurityContext: podSecurity(65534),
    securityContext: containerSecurity,
    ...(replicas > 1 ? { podDisruptionBudget: { maxUnavailable: 1 } } : {}),
    // The chart knows no topology spread.
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          near("topology.kubernetes.io/zone"),
          near("kubernetes.io/hostname"),
        ],
      },
    },
  };
}
