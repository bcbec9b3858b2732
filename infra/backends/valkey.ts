import type { SecretRef } from "../secret-ref.ts";
import type { StackConfig } from "../config/schema.ts";
import { containerSecurity, podSecurity, spread } from "../pods.ts";
import { mebibytes } from "../quantities.ts";
import { sizesOf } from "../sizes.ts";
import { criticalPriorityOf, names, workloads } from "../topology.ts";

/** Share of the memory limit that holds entries; the rest is for connections and what a replica copies. */
const memoryShare = 0.6;

/** Values of the chart: a cache that keeps nothing on disk and drops what was used longest ago when full. */
export function valkeyValues(stack: StackConfig, password: SecretRef) {
  const { redis, sidecar } = sizesOf(stack);
  const { replicas, resources, volumeGiB } = redis;
  const { labels, ports } = workloads.redis;
  const replicated = replicas > 1;
  const maxMemoryMiB = Math.floor(mebibytes(resources.limits.memory) * memoryShare);
  return {
    fullnameOverride: names.redis,
    service: { port: ports.redis.number },
    resources,
    initResources: sidecar.resources,
    podSecurityContext: podSecurity(1000),
    securityContext: containerSecurity,
    auth: {
      enabled: true,
      usersExistingSecret: password.secret,
      aclUsers: { default: { permissions: "~* &* +@all", passwordKey: password.key } },
    },
    valkeyConfig: [`maxmemory ${maxMemoryMiB}mb`, "maxmemory-policy allkeys-lru", 'save ""'].join("\n"),
    deploymentStrategy: "Recreate",
    readinessProbe: { enabled: true },
    metrics: {
      enabled: true,
      service: { enabled: false },
      exporter: {
        port: ports.metrics.number,
        resources: sidecar.resources,
        securityContext: containerSecurity,
      },
    },
    ...(replicated
      ? {
          replica: {
            enabled: true,
            replicas: replicas - 1,
            persistence: { size: `${volumeGiB}Gi`, storageClass: stack.storageClass ?? "" },
            service: { enabled: false },
          },
          podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
          topologySpreadConstraints: spread(labels),
        }
      : {}),
    priorityClassName: criticalPriorityOf(stack),
  };
}
