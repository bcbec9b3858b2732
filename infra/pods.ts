import type { StackConfig } from "./config/schema.ts";

/** What the pods of every workload share: scheduling, volumes, and what Pod Security "restricted" asks for. */

/** Runs as this user and group, which own the volumes too. */
export const podSecurity = (id: number) => ({
  runAsNonRoot: true,
  runAsUser: id,
  runAsGroup: id,
  fsGroup: id,
  seccompProfile: { type: "RuntimeDefault" as const },
});

export const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" as const },
};

/** Spreads replicas over zones and hosts, and runs them crowded rather than not at all. */
export const spread = (labels: Record<string, string>) =>
  ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: "ScheduleAnyway" as const,
    labelSelector: { matchLabels: labels },
  }));

/** The claim of one replica's volume, of `volumeGiB` GiB. */
export const volumeClaim = ({ storageClass }: Pick<StackConfig, "storageClass">, volumeGiB = 0) => ({
  accessModes: ["ReadWriteOnce"],
  resources: { requests: { storage: `${volumeGiB}Gi` } },
  ...(storageClass ? { storageClassName: storageClass } : {}),
});
