import * as k8s from "@pulumi/kubernetes";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import type { StackConfig } from "../config/schema.ts";
import { largestOf, totalOf } from "../quantities.ts";
import { sizesOf } from "../sizes.ts";
import { criticalPriorityOf, namespacesOf } from "../topology.ts";

/**
 * How many times the table of sizes fits into the quota. One entry of the table stands for several workloads in places
 * (sidecars, exporters, Tempo's stateless parts), a rollout runs old and new side by side, and Grafana scales itself.
 */
const headroom = 4;

type PodSecurityLevel = "restricted" | "privileged";

const podSecurity = (level: PodSecurityLevel) =>
  Object.fromEntries(
    ["enforce", "audit", "warn"].flatMap((mode) => [
      [`pod-security.kubernetes.io/${mode}`, level],
      [`pod-security.kubernetes.io/${mode}-version`, "latest"],
    ]),
  );

/** The stack's namespace, one more for what needs access to its node, and what bounds both. */
export class Namespaces extends ComponentResource {
  constructor(name: string, { stack }: { stack: StackConfig }, opts?: ComponentResourceOptions) {
    super("autoweave:infra:Namespaces", name, {}, opts);
    const child = { parent: this };
    const bounded = (role: string, namespace: string, level: PodSecurityLevel) => {
      const { metadata } = new k8s.core.v1.Namespace(
        `${name}-${role}`,
        { metadata: { name: namespace, labels: { name: namespace, ...podSecurity(level) } } },
        child,
      );
      new k8s.core.v1.LimitRange(
        `${name}-${role}-limits`,
        { metadata: { name: "bounds", namespace: metadata.name }, spec: { limits: [limits(stack)] } },
        child,
      );
      return metadata.name;
    };

    const { main, host } = namespacesOf(stack);
    const namespace = bounded("main", main, "restricted");
    new k8s.core.v1.ResourceQuota(
      `${name}-main-quota`,
      { metadata: { name: "bounds", namespace }, spec: { hard: quota(stack) } },
      child,
    );
    // No quota here: what runs on every node grows with the cluster.
    bounded("host", host, "privileged");

    new k8s.scheduling.v1.PriorityClass(
      `${name}-critical`,
      {
        metadata: { name: criticalPriorityOf(stack) },
        description: "The path that telemetry takes, and what watches it.",
        value: 1_000_000,
        // First in line when a node frees up, and yet no app is evicted for telemetry's sake.
        preemptionPolicy: "Never",
      },
      child,
    );
    this.registerOutputs();
  }
}

function quota(stack: StackConfig): Record<string, string> {
  const sizes = sizesOf(stack);
  const requests = totalOf(sizes, "requests");
  const mostUsed = totalOf(sizes, "limits");
  const whole = (amount: number) => String(Math.ceil(amount * headroom));
  return {
    "requests.cpu": whole(requests.milliCpu / 1000),
    "requests.memory": `${whole(requests.mebibytes / 1024)}Gi`,
    "limits.cpu": whole(mostUsed.milliCpu / 1000),
    "limits.memory": `${whole(mostUsed.mebibytes / 1024)}Gi`,
    "requests.storage": `${whole(requests.volumesGiB)}Gi`,
    pods: whole(requests.replicas),
    // Everything that is reached from outside goes through the entry.
    "services.loadbalancers": "0",
    "services.nodeports": "0",
  };
}

/** What a container gets that says nothing of its own, and the most that any may ask for. */
function limits(stack: StackConfig) {
  const sizes = sizesOf(stack);
  const { requests, limits } = sizes.sidecar.resources;
  const largest = largestOf(sizes);
  return {
    type: "Container",
    defaultRequest: requests,
    default: limits,
    max: { cpu: `${largest.milliCpu}m`, memory: `${largest.mebibytes}Mi` },
  };
}
