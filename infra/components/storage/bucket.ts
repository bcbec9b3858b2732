import * as s3 from "@pulumi/aws/s3/index.js";
import { ComponentResource, type ComponentResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import type { AwsStorageConfig } from "../../config/schema.ts";
import { keep } from "./keep.ts";
import { type Keeping, lifecycleRules } from "./lifecycle.ts";
import { policyDocument, type Statement, tlsOnly } from "./policies.ts";

interface SecureBucketArgs {
  /** The bucket's own name, unique in the world. */
  bucket: string;
  region: string;
  keeping: Keeping;
  /** Key that encrypts the objects; S3's own key when absent. */
  keyArn?: Input<string>;
  /** Bucket of the same region that gets the access logs; none are kept when absent. */
  accessLogs?: SecureBucket;
  /** Allows beyond what the roles allow. */
  allow?: Statement[];
  lockMode: AwsStorageConfig["lockMode"];
  protect: boolean;
  forceDestroy: boolean;
}

/** A private, encrypted, versioned bucket that TLS alone reaches. */
export class SecureBucket extends ComponentResource {
  readonly bucketName: Output<string>;
  readonly arn: Output<string>;

  constructor(name: string, args: SecureBucketArgs, opts?: ComponentResourceOptions) {
    super("autoweave:infra:SecureBucket", name, {}, opts);
    const { region, keeping, keyArn, accessLogs, protect } = args;
    const { lockDays } = keeping;
    const kept = keep(this, protect);

    const resource = new s3.Bucket(
      name,
      {
        region,
        bucket: args.bucket,
        objectLockEnabled: lockDays !== undefined,
        forceDestroy: args.forceDestroy,
      },
      kept.data,
    );
    this.bucketName = resource.bucket;
    this.arn = resource.arn;
    const of = { region, bucket: resource.bucket };

    new s3.BucketOwnershipControls(
      `${name}-ownership`,
      { ...of, rule: { objectOwnership: "BucketOwnerEnforced" } },
      kept.parts,
    );
    const publicAccess = new s3.BucketPublicAccessBlock(
      `${name}-public-access`,
      {
        ...of,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      kept.parts,
    );
    new s3.BucketPolicy(
      `${name}-policy`,
      { ...of, policy: policyDocument(...tlsOnly(resource.arn), ...(args.allow ?? [])) },
      { ...kept.parts, dependsOn: publicAccess },
    );
    new s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      {
        ...of,
        rules: [
          keyArn
            ? {
                applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
                bucketKeyEnabled: true,
              }
            : { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
        ],
      },
      kept.parts,
    );
    const versioning = new s3.BucketVersioning(
      `${name}-versioning`,
      { ...of, versioningConfiguration: { status: "Enabled" } },
      kept.parts,
    );
    const afterVersioning = { ...kept.parts, dependsOn: versioning };
    new s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { ...of, rules: lifecycleRules(keeping) },
      afterVersioning,
    );
    if (lockDays !== undefined) {
      new s3.BucketObjectLockConfiguration(
        `${name}-lock`,
        { ...of, rule: { defaultRetention: { mode: args.lockMode, days: lockDays } } },
        afterVersioning,
      );
    }
    if (accessLogs) {
      new s3.BucketLogging(
        `${name}-logging`,
        { ...of, targetBucket: accessLogs.bucketName, targetPrefix: `${args.bucket}/` },
        { ...kept.parts, dependsOn: accessLogs },
      );
    }
    this.registerOutputs();
  }
}
