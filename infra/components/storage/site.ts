import { ComponentResource, type ComponentResourceOptions, interpolate } from "@pulumi/pulumi";
import type { AwsStorageConfig, StackConfig } from "../../config/schema.ts";
import type { BucketPurpose } from "../../object-store.ts";
import type { AwsAccount } from "./account.ts";
import { SecureBucket } from "./bucket.ts";
import { EncryptionKey } from "./key.ts";
import { keepingOf } from "./lifecycle.ts";

/** The buckets that hold what the platform was given. */
export const dataPurposes = ["traces", "logs", "backups", "audit"] as const satisfies BucketPurpose[];
export type DataPurpose = (typeof dataPurposes)[number];

interface SiteArgs {
  stack: StackConfig;
  storage: AwsStorageConfig;
  region: string;
  account: AwsAccount;
  /** Name of the bucket of a purpose. */
  bucketName: (purpose: BucketPurpose) => string;
}

/** All buckets of one region, under a key of that region. */
export class Site extends ComponentResource {
  readonly key: EncryptionKey;
  readonly buckets: Record<DataPurpose, SecureBucket>;

  constructor(name: string, args: SiteArgs, opts?: ComponentResourceOptions) {
    super("autoweave:infra:StorageSite", name, {}, opts);
    const { stack, storage, region, account, bucketName } = args;
    const { protect } = stack;
    const { lockMode, forceDestroy } = storage;
    const child = { parent: this };
    const keeping = keepingOf({ ...stack, storage });
    const common = { region, lockMode, protect, forceDestroy };

    const alias = `${storage.bucketPrefix}-${storage.bucketSuffix}`;
    this.key = new EncryptionKey(`${name}-key`, { alias, region, account, protect }, child);

    const arnOf = (purpose: DataPurpose) => interpolate`arn:${account.partition}:s3:::${bucketName(purpose)}`;
    // S3 delivers access logs only to a bucket of the same region, without a customer key and without a default lock.
    const accessLogs = new SecureBucket(
      `${name}-access-logs`,
      {
        ...common,
        bucket: bucketName("accessLogs"),
        keeping: keeping.accessLogs,
        allow: [
          {
            Sid: "AccessLogDelivery",
            Effect: "Allow",
            Principal: { Service: "logging.s3.amazonaws.com" },
            Action: "s3:PutObject",
            Resource: interpolate`arn:${account.partition}:s3:::${bucketName("accessLogs")}/*`,
            Condition: {
              StringEquals: { "aws:SourceAccount": account.id },
              ArnEquals: { "aws:SourceArn": dataPurposes.map(arnOf) },
            },
          },
        ],
      },
      child,
    );

    const dataBucket = (purpose: DataPurpose) =>
      new SecureBucket(
        `${name}-${purpose}`,
        {
          ...common,
          bucket: bucketName(purpose),
          keeping: keeping[purpose],
          keyArn: this.key.arn,
          accessLogs,
        },
        child,
      );
    this.buckets = {
      traces: dataBucket("traces"),
      logs: dataBucket("logs"),
      backups: dataBucket("backups"),
      audit: dataBucket("audit"),
    };
    this.registerOutputs();
  }
}
