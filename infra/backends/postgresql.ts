import type { ICluster } from "@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1/Cluster";
import type { StackConfig } from "../config/schema.ts";
import { backupWindowDays, databaseBackupPrefix, objectStoreOf } from "../object-store.ts";
import { spread } from "../pods.ts";
import { sizesOf } from "../sizes.ts";
import type { StoreAccess } from "../store-access.ts";
import { criticalPriorityOf, names, workloads } from "../topology.ts";

/** PostgreSQL without backup tools of its own: those are the plugin's. */
const image = "ghcr.io/cloudnative-pg/postgresql:18.3-standard-trixie";

export const backupPlugin = "barman-cloud.cloudnative-pg.io";

/** A base backup every night: second, minute, hour, day, month, weekday. */
export const backupSchedule = "0 15 2 * * *";

/** The longest that a committed row stays out of the archive, in seconds. */
const archiveTimeoutSeconds = 60;

interface Owner {
  /** The database's name. */
  name: string;
  user: string;
  /** The Secret holds the user's name under `username` too. */
  password: { secret: string };
}

/** The `Cluster` that the operator runs: replicas on different hosts, TLS only, every change archived within a minute. */
export function clusterSpec(stack: StackConfig, { name, user, password }: Owner) {
  const { replicas, resources, volumeGiB } = sizesOf(stack).database;
  const { storageClass } = stack;
  const replicated = replicas > 1;
  const volume = { size: `${volumeGiB}Gi`, ...(storageClass ? { storageClass } : {}) };
  return {
    imageName: image,
    instances: replicas,
    bootstrap: { initdb: { database: name, owner: user, secret: { name: password.secret } } },
    plugins: [{ name: backupPlugin, isWALArchiver: true, parameters: { barmanObjectName: names.database } }],
    postgresql: {
      parameters: { archive_timeout: `${archiveTimeoutSeconds}s` },
      pg_hba: ["hostnossl all all all reject"],
      // A commit waits for one standby, and for none when none is left.
      ...(replicated ? { synchronous: { method: "any", number: 1, dataDurability: "preferred" } } : {}),
    },
    storage: volume,
    // Of its own, so that an archive that stands still cannot fill the data's volume.
    walStorage: volume,
    resources,
    affinity: {
      enablePodAntiAffinity: true,
      podAntiAffinityType: replicated ? "required" : "preferred",
      topologyKey: "kubernetes.io/hostname",
    },
    topologySpreadConstraints: spread(workloads.database.labels),
    priorityClassName: criticalPriorityOf(stack),
    // The budget of a lone instance would never let its node be drained.
    enablePDB: replicated,
  } satisfies ICluster["spec"];
}

/** The plugin's `ObjectStore`: where WAL and base backups go, and for how long they are kept. */
export function objectStoreSpec(stack: StackConfig, { keys }: StoreAccess) {
  const { bucket, endpoint, insecure, region } = objectStoreOf(stack);
  const select = ({ secret, key }: { secret: string; key: string }) => ({ name: secret, key });
  return {
    retentionPolicy: `${backupWindowDays}d`,
    configuration: {
      destinationPath: `s3://${bucket("backups")}/${databaseBackupPrefix}`,
      ...(endpoint ? { endpointURL: `${insecure ? "http" : "https"}://${endpoint}` } : {}),
      s3Credentials: keys
        ? { accessKeyId: select(keys.accessKeyId), secretAccessKey: select(keys.secretAccessKey) }
        : { inheritFromIAMRole: true },
      wal: { compression: "gzip", maxParallel: 2 },
      data: { compression: "gzip" },
    },
    instanceSidecarConfiguration: {
      resources: sizesOf(stack).databaseBackup.resources,
      env: [
        { name: "AWS_DEFAULT_REGION", value: region },
        // Servers other than AWS's know no checksums in trailers.
        ...(endpoint ? [{ name: "AWS_REQUEST_CHECKSUM_CALCULATION", value: "when_required" }] : []),
        ...(endpoint ? [{ name: "AWS_RESPONSE_CHECKSUM_VALIDATION", value: "when_required" }] : []),
      ],
    },
  };
}
