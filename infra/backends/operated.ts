import type {
  IAlertmanager,
  IPrometheus,
} from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";
import type { StackConfig } from "../config/schema.ts";
import { podSecurity, spread, volumeClaim } from "../pods.ts";
import { sizesOf } from "../sizes.ts";
import { criticalPriorityOf, type OperatedWorkload, operatedName, workloads } from "../topology.ts";

/** The typed volume claim asks for an `apiVersion` that no claim has. */
type WithVolume<Spec> = Omit<Spec, "storage"> & Pick<ReturnType<typeof operatedSpec>, "storage">;

export type PrometheusSpec = WithVolume<IPrometheus["spec"]>;
export type AlertmanagerSpec = WithVolume<NonNullable<IAlertmanager["spec"]>>;

/** User of the operator's programs in their images. */
const nobody = 65534;

/** What the Prometheus operator is told of every program that it runs: how many, where, and on which volumes. */
export function operatedSpec(stack: StackConfig, workload: OperatedWorkload) {
  const { replicas, resources, volumeGiB = 0 } = sizesOf(stack)[workload];
  const { labels } = workloads[workload];
  return {
    replicas,
    resources,
    logFormat: "json" as const,
    serviceAccountName: operatedName(workload),
    podMetadata: { labels },
    priorityClassName: criticalPriorityOf(stack),
    securityContext: podSecurity(nobody),
    topologySpreadConstraints: spread(labels),
    storage: { volumeClaimTemplate: { spec: volumeClaim(stack, volumeGiB) } },
    persistentVolumeClaimRetentionPolicy: {
      whenDeleted: stack.protect ? ("Retain" as const) : ("Delete" as const),
      whenScaled: "Retain" as const,
    },
  };
}
