import type { StackConfig } from "./config/schema.ts";
import { kebab } from "./kebab.ts";

export type BucketPurpose = "traces" | "logs" | "backups" | "audit" | "accessLogs";

/** Where the backends keep their data, in plain words: what their configuration needs and no secret. */
export interface ObjectStore {
  region: string;
  /** `host[:port]` of an S3-compatible server; absent on AWS, whose endpoints follow from the region. */
  endpoint?: string;
  /** The server speaks plain HTTP. */
  insecure: boolean;
  /** The bucket stands in the path, not in the host name. */
  pathStyle: boolean;
  bucket: (purpose: BucketPurpose) => string;
  /** Workloads authenticate by keys from the environment (a Secret); on AWS by their service account's role. */
  staticKeys: boolean;
}

/** How far back the database can be restored to any point in time, in days. */
export const backupWindowDays = 30;

/** Where the database's backups lie in their bucket. */
export const databaseBackupPrefix = "postgresql/";

export function objectStoreOf({ storage }: Pick<StackConfig, "storage">): ObjectStore {
  const bucket = (purpose: BucketPurpose) =>
    `${storage.bucketPrefix}-${kebab(purpose)}-${storage.bucketSuffix}`;
  if (storage.kind === "aws") {
    return { region: storage.region, insecure: false, pathStyle: false, bucket, staticKeys: false };
  }
  const url = new URL(storage.endpoint);
  return {
    region: storage.region,
    endpoint: url.host,
    insecure: url.protocol === "http:",
    pathStyle: true,
    bucket,
    staticKeys: true,
  };
}
