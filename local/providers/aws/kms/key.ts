import {
  CreateKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyRotationCommand,
  GetKeyRotationStatusCommand,
} from "@aws-sdk/client-kms";
import type { CreateKeyCommandInput } from "@aws-sdk/client-kms";
import type { AwsType, Target } from "../aws-type.ts";
import { toApi } from "../shape.ts";
import {
  findOwned,
  kmsOf,
  liveKey,
  liveKeyInputs,
  newKeyTags,
  scheduleDeletion,
  updateKey,
} from "./key-common.ts";

export const key: AwsType = {
  type: "aws:kms/key:Key",
  inputs: {
    description: "update",
    policy: "update",
    tags: "update",
    enableKeyRotation: "update",
    rotationPeriodInDays: "update",
    isEnabled: "update",
    keyUsage: "replace",
    customerMasterKeySpec: "replace",
    multiRegion: "replace",
    deletionWindowInDays: "state",
    bypassPolicyLockoutSafetyCheck: "state",
  },

  create: async (target) => {
    const id = (await findOwned(target)) ?? (await make(target));
    await configure(target, id);
    return id;
  },
  update: (target, id) => configure(target, id),

  describe: async (target, id) => {
    const kms = kmsOf(target);
    const metadata = await liveKey(kms, id);
    if (!metadata) return undefined;
    const rotation = await kms.send(new GetKeyRotationStatusCommand({ KeyId: id }));
    return {
      live: {
        ...(await liveKeyInputs(kms, metadata)),
        enableKeyRotation: rotation.KeyRotationEnabled ?? false,
        rotationPeriodInDays: rotation.RotationPeriodInDays,
        isEnabled: metadata.Enabled,
        keyUsage: metadata.KeyUsage,
        customerMasterKeySpec: metadata.KeySpec,
        multiRegion: metadata.MultiRegion,
      },
      computed: { arn: metadata.Arn, keyId: id },
    };
  },

  remove: scheduleDeletion,
};

async function make(target: Target): Promise<string> {
  const { keyUsage, customerMasterKeySpec, multiRegion, policy, description } = target.inputs;
  const { KeyMetadata } = await kmsOf(target).send(
    new CreateKeyCommand({
      ...toApi<CreateKeyCommandInput>({
        keyUsage,
        multiRegion,
        policy,
        description,
        keySpec: customerMasterKeySpec,
      }),
      Tags: newKeyTags(target),
    }),
  );
  return KeyMetadata?.KeyId ?? "";
}

async function configure(target: Target, KeyId: string): Promise<void> {
  const { enableKeyRotation, rotationPeriodInDays, isEnabled } = target.inputs;
  const kms = kmsOf(target);
  if (enableKeyRotation === true) {
    const days = typeof rotationPeriodInDays === "number" && { RotationPeriodInDays: rotationPeriodInDays };
    await kms.send(new EnableKeyRotationCommand({ KeyId, ...days }));
  } else {
    await kms.send(new DisableKeyRotationCommand({ KeyId }));
  }
  await updateKey(target, KeyId, isEnabled !== false);
}
