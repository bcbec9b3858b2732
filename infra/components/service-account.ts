import * as k8s from "@pulumi/kubernetes";
import type { CustomResourceOptions } from "@pulumi/pulumi";

/** An account without a token: its pods have no business with the Kubernetes API. */
export const serviceAccount = (name: string, namespace: string, opts: CustomResourceOptions) =>
  new k8s.core.v1.ServiceAccount(
    name,
    { metadata: { name, namespace }, automountServiceAccountToken: false },
    opts,
  );
