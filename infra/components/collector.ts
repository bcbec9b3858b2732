import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { collectorConfig, collectorQueueFolder } from "../backends/collector.ts";
import { release } from "../charts.ts";
import type { StackConfig } from "../config/schema.ts";
import { containerSecurity, podSecurity, spread, volumeClaim } from "../pods.ts";
import { sizesOf } from "../sizes.ts";
import { criticalPriorityOf, names, workloads } from "../topology.ts";
import { nodeAgent } from "./collector/node-agent.ts";
import { collectorImage, containerPorts } from "./collector/values.ts";

/** The OpenTelemetry Collector, its queues on volumes, and the agent on every node where it is wanted. */
export class Collector extends ComponentResource {
  constructor(name: string, { stack }: { stack: StackConfig }, opts?: ComponentResourceOptions) {
    super("autoweave:infra:Collector", name, {}, opts);
    const child = { parent: this };
    const collector = release(
      names.collector,
      { chart: "opentelemetry-collector", namespace: stack.namespace, values: collectorValues(stack) },
      child,
    );
    if (stack.collector.nodeAgent) nodeAgent(stack, { ...child, dependsOn: collector });
    this.registerOutputs();
  }
}

const user = 10001;

function collectorValues(stack: StackConfig) {
  const { resources, volumeGiB } = sizesOf(stack).collector;
  const replicas = collectorReplicas(stack);
  return {
    fullnameOverride: names.collector,
    mode: "statefulset",
    image: collectorImage,
    replicaCount: replicas,
    alternateConfig: collectorConfig(stack),
    resources,
    serviceAccount: { name: names.collector, automountServiceAccountToken: false },
    podSecurityContext: podSecurity(user),
    securityContext: containerSecurity,
    priorityClassName: criticalPriorityOf(stack),
    topologySpreadConstraints: replicas > 1 ? spread(workloads.collector.labels) : [],
    podDisruptionBudget: replicas > 1 ? { enabled: true, maxUnavailable: 1 } : { enabled: false },
    ports: containerPorts(workloads.collector.ports),
    extraVolumeMounts: [{ name: "queue", mountPath: collectorQueueFolder }],
    statefulset: {
      volumeClaimTemplates: [{ metadata: { name: "queue" }, spec: volumeClaim(stack, volumeGiB) }],
    },
  };
}

/** A decision on a trace needs all of its spans in one place, so tail sampling runs one Collector. */
const collectorReplicas = (stack: StackConfig) =>
  stack.collector.tailSampling ? 1 : sizesOf(stack).collector.replicas;
