import * as iam from "@pulumi/aws/iam/index.js";
import * as s3 from "@pulumi/aws/s3/index.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { objectsOf, policyDocument } from "./policies.ts";
import { dataPurposes, type Site } from "./site.ts";

interface ReplicationArgs {
  roleName: string;
  /** Region of the source. */
  region: string;
  source: Site;
  destination: Site;
}

/** S3 copies every new version and every delete marker to the other region, encrypted there by that region's key. */
export class Replication extends ComponentResource {
  constructor(
    name: string,
    { roleName, region, source, destination }: ReplicationArgs,
    opts?: ComponentResourceOptions,
  ) {
    super("autoweave:infra:Replication", name, {}, opts);
    const child = { parent: this };
    const arns = (site: Site) => dataPurposes.map((purpose) => site.buckets[purpose].arn);
    const objects = (site: Site) => arns(site).map((arn) => objectsOf(arn));

    const role = new iam.Role(
      `${name}-role`,
      {
        name: roleName,
        assumeRolePolicy: policyDocument({
          Effect: "Allow",
          Principal: { Service: "s3.amazonaws.com" },
          Action: "sts:AssumeRole",
        }),
      },
      child,
    );
    const policy = new iam.RolePolicy(
      `${name}-policy`,
      {
        role: role.name,
        policy: policyDocument(
          {
            Effect: "Allow",
            Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
            Resource: arns(source),
          },
          {
            Effect: "Allow",
            Action: [
              "s3:GetObjectVersionForReplication",
              "s3:GetObjectVersionAcl",
              "s3:GetObjectVersionTagging",
              "s3:GetObjectRetention",
              "s3:GetObjectLegalHold",
            ],
            Resource: objects(source),
          },
          {
            Effect: "Allow",
            Action: ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
            Resource: objects(destination),
          },
          { Effect: "Allow", Action: "kms:Decrypt", Resource: source.key.arn },
          { Effect: "Allow", Action: ["kms:Encrypt", "kms:GenerateDataKey"], Resource: destination.key.arn },
        ),
      },
      child,
    );

    for (const purpose of dataPurposes) {
      new s3.BucketReplicationConfig(
        `${name}-${purpose}`,
        {
          region,
          bucket: source.buckets[purpose].bucketName,
          role: role.arn,
          rules: [
            {
              id: "all",
              priority: 0,
              status: "Enabled",
              filter: { prefix: "" },
              deleteMarkerReplication: { status: "Enabled" },
              sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
              destination: {
                bucket: destination.buckets[purpose].arn,
                encryptionConfiguration: { replicaKmsKeyId: destination.key.arn },
              },
            },
          ],
        },
        // Both ends must be versioned before S3 takes the rule.
        { ...child, dependsOn: [policy, source.buckets[purpose], destination.buckets[purpose]] },
      );
    }
    this.registerOutputs();
  }
}
