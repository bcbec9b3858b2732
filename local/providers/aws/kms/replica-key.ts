import { GetKeyRotationStatusCommand, ReplicateKeyCommand } from "@aws-sdk/client-kms";
import type { AwsType, Target } from "../aws-type.ts";
import { policyText } from "../shape.ts";
import {
  findOwned,
  kmsOf,
  liveKey,
  liveKeyInputs,
  newKeyTags,
  scheduleDeletion,
  updateKey,
} from "./key-common.ts";

export const replicaKey: AwsType = {
  type: "aws:kms/replicaKey:ReplicaKey",
  inputs: {
    primaryKeyArn: "replace",
    description: "update",
    policy: "update",
    tags: "update",
    enabled: "update",
    deletionWindowInDays: "state",
    bypassPolicyLockoutSafetyCheck: "state",
  },

  create: async (target) => {
    const id = (await findOwned(target)) ?? (await replicate(target));
    await updateKey(target, id, target.inputs["enabled"] !== false);
    return id;
  },
  update: (target, id) => updateKey(target, id, target.inputs["enabled"] !== false),

  describe: async (target, id) => {
    const kms = kmsOf(target);
    const metadata = await liveKey(kms, id);
    if (!metadata) return undefined;
    const { KeyRotationEnabled } = await kms.send(new GetKeyRotationStatusCommand({ KeyId: id }));
    return {
      live: {
        ...(await liveKeyInputs(kms, metadata)),
        primaryKeyArn: metadata.MultiRegionConfiguration?.PrimaryKey?.Arn,
        enabled: metadata.Enabled,
      },
      computed: {
        arn: metadata.Arn,
        keyId: id,
        keySpec: metadata.KeySpec,
        keyUsage: metadata.KeyUsage,
        keyRotationEnabled: KeyRotationEnabled,
      },
    };
  },

  remove: scheduleDeletion,
};

async function replicate(target: Target): Promise<string> {
  const { primaryKeyArn, description, policy } = target.inputs;
  // arn:aws:kms:<region>:<account>:key/<id>
  const [, , , primaryRegion = "", , key = ""] = String(primaryKeyArn).split(":");
  const { ReplicaKeyMetadata } = await target.clients.kms(primaryRegion).send(
    new ReplicateKeyCommand({
      KeyId: key.replace("key/", ""),
      ReplicaRegion: target.region,
      Policy: policyText(policy),
      Description: typeof description === "string" ? description : undefined,
      Tags: newKeyTags(target),
    }),
  );
  return ReplicaKeyMetadata?.KeyId ?? "";
}
