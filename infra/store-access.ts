import type { Input } from "@pulumi/pulumi";
import type { SecretRef } from "./secret-ref.ts";

/** The workloads that read and write buckets. Each runs as the service account `names[workload]`. */
export type StoreWorkload = "loki" | "tempo" | "database";

/** How a workload gets at its bucket. */
export interface StoreAccess {
  /** What its service account must carry. */
  serviceAccountAnnotations: Record<string, Input<string>>;
  /** The keys of an S3-compatible server; absent on AWS, where the service account has a role. */
  keys?: { accessKeyId: SecretRef; secretAccessKey: SecretRef };
}

/** The keys as the environment that AWS's SDKs and the backends' `${…}` read; empty on AWS. */
export function keysEnvironment({ keys }: StoreAccess) {
  if (!keys) return [];
  const variable = (name: string, { secret, key }: SecretRef) => ({
    name,
    valueFrom: { secretKeyRef: { name: secret, key } },
  });
  return [
    variable("AWS_ACCESS_KEY_ID", keys.accessKeyId),
    variable("AWS_SECRET_ACCESS_KEY", keys.secretAccessKey),
  ];
}
