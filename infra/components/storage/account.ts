import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity.js";
import { getPartitionOutput } from "@pulumi/aws/getPartition.js";
import type { Output, Resource } from "@pulumi/pulumi";

/** The AWS account that is deployed to. */
export interface AwsAccount {
  id: Output<string>;
  /** `aws`, or that of China or a government. */
  partition: Output<string>;
}

/** The account of the provider that `parent` uses. */
export const accountOf = (parent: Resource): AwsAccount => ({
  id: getCallerIdentityOutput({}, { parent }).accountId,
  partition: getPartitionOutput({}, { parent }).partition,
});
