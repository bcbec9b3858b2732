import type { AwsStorageConfig, StackConfig } from "../../config/schema.ts";
import { backupWindowDays, type BucketPurpose } from "../../object-store.ts";

/** How long what lies in a bucket is kept. */
export interface Keeping {
  /** Current versions expire by the prefix of their key; what no prefix covers is kept for ever. */
  expire: { prefix: string; days: number }[];
  /** How long overwritten and deleted versions stay, in days. */
  noncurrentDays: number;
  /** Object Lock keeps every version undeletable for so many days; no lock when absent. */
  lockDays?: number;
}

/** How long the access logs of the buckets are kept, in days. */
const accessLogDays = 90;

/** Programs delete by their own retention; the bucket's rule is the net below, and leaves time to notice that one stopped. */
const marginDays = 7;

/** A base backup outlives the window that starts with it, and a net must not eat the last one soon after backups fail. */
const backupMarginDays = 30;

type Kept = Pick<StackConfig, "tenants" | "tempo" | "loki"> & { storage: AwsStorageConfig };

/**
 * What each bucket keeps.
 *
 * Loki's chunks and Tempo's blocks lie under `<tenant>/`. Everything else (Loki's `index/`, delete requests and rules, the
 * cluster seeds) has no rule of age, which S3 cannot except from one for the whole bucket. Tempo's index of a tenant lies
 * under `<tenant>/` too, but is written anew every few minutes and so never grows old.
 */
export function keepingOf({ tenants, tempo, loki, storage }: Kept): Record<BucketPurpose, Keeping> {
  const { auditLockDays, backupLockDays } = storage;
  const perTenant = (hoursOf: (tenant: Kept["tenants"][number]) => number): Keeping => ({
    expire: tenants.map((tenant) => ({
      prefix: `${tenant.id}/`,
      days: Math.ceil(hoursOf(tenant) / 24) + marginDays,
    })),
    noncurrentDays: marginDays,
  });
  const everything = (days: number, lockDays?: number): Keeping => ({
    expire: [{ prefix: "", days }],
    noncurrentDays: marginDays,
    ...(lockDays ? { lockDays } : {}),
  });
  return {
    traces: perTenant((tenant) => tenant.tracesRetentionHours ?? tempo.retentionHours),
    logs: perTenant((tenant) => tenant.logsRetentionHours ?? loki.retentionHours),
    backups: everything(Math.max(backupWindowDays, backupLockDays) + backupMarginDays, backupLockDays),
    audit: everything(auditLockDays + marginDays, auditLockDays),
    accessLogs: everything(accessLogDays),
  };
}

/** The bucket's lifecycle rules, as S3 knows them. */
export function lifecycleRules({ expire, noncurrentDays }: Keeping) {
  const expirations = expire.map(({ prefix, days }) => ({
    id: prefix === "" ? "expire" : `expire-${prefix.slice(0, -1)}`,
    status: "Enabled",
    filter: { prefix },
    expiration: { days },
  }));
  return [
    ...expirations,
    {
      id: "tidy",
      status: "Enabled",
      filter: { prefix: "" },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
      noncurrentVersionExpiration: { noncurrentDays },
      expiration: { expiredObjectDeleteMarker: true },
    },
  ];
}
