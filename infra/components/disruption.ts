import * as k8s from "@pulumi/kubernetes";
import type { CustomResourceOptions } from "@pulumi/pulumi";

interface DisruptionBudgetArgs {
  namespace: string;
  /** Labels of the pods. */
  labels: Record<string, string>;
  replicas: number;
}

/** Lets a drain take one replica at a time; of a single replica there is nothing to guard. */
export function disruptionBudget(
  name: string,
  { namespace, labels, replicas }: DisruptionBudgetArgs,
  opts: CustomResourceOptions,
) {
  if (replicas < 2) return;
  new k8s.policy.v1.PodDisruptionBudget(
    name,
    {
      metadata: { name, namespace },
      spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
    },
    opts,
  );
}
