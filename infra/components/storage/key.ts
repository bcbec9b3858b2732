import * as kms from "@pulumi/aws/kms/index.js";
import { ComponentResource, type ComponentResourceOptions, interpolate, type Output } from "@pulumi/pulumi";
import type { AwsAccount } from "./account.ts";
import { keep } from "./keep.ts";
import { policyDocument } from "./policies.ts";

interface EncryptionKeyArgs {
  /** The key's alias, without `alias/`. */
  alias: string;
  region: string;
  account: AwsAccount;
  /** Keeps the key when the stack is destroyed: without it the data are lost. */
  protect: boolean;
}

/** A customer key of one region, rotated every year. Who may use it is said by the roles' policies. */
export class EncryptionKey extends ComponentResource {
  readonly arn: Output<string>;

  constructor(
    name: string,
    { alias, region, account, protect }: EncryptionKeyArgs,
    opts?: ComponentResourceOptions,
  ) {
    super("autoweave:infra:EncryptionKey", name, {}, opts);
    const kept = keep(this, protect);
    const key = new kms.Key(
      name,
      {
        region,
        description: `Encrypts the buckets of ${alias}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: policyDocument({
          Sid: "DelegateToIam",
          Effect: "Allow",
          Principal: { AWS: interpolate`arn:${account.partition}:iam::${account.id}:root` },
          Action: "kms:*",
          Resource: "*",
        }),
      },
      kept.data,
    );
    this.arn = key.arn;
    new kms.Alias(`${name}-alias`, { region, name: `alias/${alias}`, targetKeyId: key.keyId }, kept.parts);
    this.registerOutputs();
  }
}
