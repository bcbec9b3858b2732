import type { CustomResourceOptions } from "@pulumi/pulumi";
import { nodeAgentConfig, nodeAgentFolder } from "../../backends/node-agent.ts";
import { release } from "../../charts.ts";
import type { StackConfig } from "../../config/schema.ts";
import { containerSecurity } from "../../pods.ts";
import { sizesOf } from "../../sizes.ts";
import { namespacesOf, workloads } from "../../topology.ts";
import { collectorImage, containerPorts } from "./values.ts";

/** The agent that reads what pods print, on every node, in the namespace whose pods may reach into their node. */
export const nodeAgent = (stack: StackConfig, opts: CustomResourceOptions) =>
  release(
    "node-agent",
    {
      chart: "opentelemetry-collector",
      namespace: namespacesOf(stack).host,
      values: nodeAgentValues(stack),
    },
    opts,
  );

const nodeAgentValues = (stack: StackConfig) => ({
  fullnameOverride: "node-agent",
  mode: "daemonset",
  image: collectorImage,
  alternateConfig: nodeAgentConfig(stack),
  resources: sizesOf(stack).exporter.resources,
  serviceAccount: { name: "node-agent" },
  clusterRole: {
    create: true,
    name: `${namespacesOf(stack).host}-node-agent`,
    rules: [
      { apiGroups: [""], resources: ["pods", "namespaces"], verbs: ["get", "list", "watch"] },
      { apiGroups: ["apps"], resources: ["replicasets"], verbs: ["get", "list", "watch"] },
    ],
    clusterRoleBinding: { name: `${namespacesOf(stack).host}-node-agent` },
  },
  // Only root may read other pods' output; it may do nothing else that root may.
  podSecurityContext: { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: "RuntimeDefault" } },
  securityContext: containerSecurity,
  tolerations: [{ operator: "Exists" }],
  ports: containerPorts(workloads.nodeAgent.ports),
  extraVolumes: [hostPath("pods", "/var/log/pods", "Directory"), hostPath("state", nodeAgentFolder)],
  extraVolumeMounts: [
    { name: "pods", mountPath: "/var/log/pods", readOnly: true },
    { name: "state", mountPath: nodeAgentFolder },
  ],
});

const hostPath = (name: string, path: string, type = "DirectoryOrCreate") => ({
  name,
  hostPath: { path, type },
});
