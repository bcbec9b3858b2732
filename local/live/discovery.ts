import { isObject, type Properties } from "../providers/values.ts";
import type { Context } from "./program.ts";

interface RelabelRule {
  action?: string;
  source_labels?: string[];
  regex?: string | number;
}

/**
 * The labels by which Prometheus' discovery would have told of what a job looks for: those that the job's own rules keep.
 * Relabeling itself is Prometheus' and runs as it is deployed.
 */
function labelsKept(rules: readonly RelabelRule[]): Record<string, string> {
  const kept = rules.filter(
    ({ action, source_labels: labels = [] }) =>
      action === "keep" && labels.every((label) => label.startsWith("__meta_")),
  );
  return Object.fromEntries(
    kept.flatMap(({ source_labels: labels = [], regex = "" }) => {
      const values = String(regex)
        .split(";")
        .map((part) => part.replaceAll(/^\(|\)$/g, ""));
      return labels.map((label, index) => [label, values[index] ?? ""]);
    }),
  );
}

const namespaceOf = (discovery: unknown): string => {
  const [first] = Array.isArray(discovery) ? (discovery as Properties[]) : [];
  const { names } = (first?.["namespaces"] ?? {}) as { names?: string[] };
  return names?.[0] ?? "";
};

/** A job that finds its one pod without asking the Kubernetes API, or none when its program does not run here. */
export const jobHere =
  (targets: Record<string, string>) =>
  ({ at }: Context, deployed: unknown): unknown => {
    if (!isObject(deployed)) return deployed;
    const { kubernetes_sd_configs: discovery, scheme, tls_config: tls, ...job } = deployed;
    const name = String(job["job_name"]).split("/")[2] ?? "";
    const target = targets[name];
    if (!target) return { ...job, ...(tls ? { scheme, tls_config: tls } : {}), static_configs: [] };
    const labels = {
      __meta_kubernetes_namespace: namespaceOf(discovery),
      __meta_kubernetes_pod_name: `${name}-0`,
      __meta_kubernetes_pod_container_name: name,
      __meta_kubernetes_pod_node_name: "this-machine",
      ...labelsKept((job["relabel_configs"] ?? []) as RelabelRule[]),
    };
    return { ...job, static_configs: [{ targets: [at(target)], labels }] };
  };

/** What is discovered otherwise, e.g. Alertmanagers, at a port of this machine. */
export const discoveredHere =
  (port: string) =>
  ({ at }: Context, deployed: unknown): unknown => {
    if (!isObject(deployed) || !("kubernetes_sd_configs" in deployed)) return deployed;
    const labels = labelsKept((deployed["relabel_configs"] ?? []) as RelabelRule[]);
    const here = { ...deployed, static_configs: [{ targets: [at(port)], labels }] };
    return Object.fromEntries(Object.entries(here).filter(([key]) => key !== "kubernetes_sd_configs"));
  };
