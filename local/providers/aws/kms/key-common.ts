import {
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetKeyPolicyCommand,
  ListKeysCommand,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateKeyDescriptionCommand,
} from "@aws-sdk/client-kms";
import type { KeyMetadata, KMSClient, Tag } from "@aws-sdk/client-kms";
import { stringAt } from "../../values.ts";
import type { Properties } from "../../values.ts";
import type { Target } from "../aws-type.ts";
import { isGone, orGone } from "../clients.ts";
import { isOwned, ownedTags, programTags } from "../ownership.ts";
import { policyText } from "../shape.ts";

// What a primary key and its replica in another region have in common.

export const kmsOf = ({ clients, region }: Target): KMSClient => clients.kms(region);

/** The live key of this resource that a killed command left, if any. Keys have no names to recognise them by. */
export async function findOwned(target: Target): Promise<string | undefined> {
  const kms = kmsOf(target);
  const { Keys = [] } = await kms.send(new ListKeysCommand({ Limit: 1000 }));
  for (const { KeyId = "" } of Keys) {
    if (isOwned(await tagsOf(kms, KeyId), target.urn) && (await liveKey(kms, KeyId))) return KeyId;
  }
  return undefined;
}

/** Undefined for a key that is gone or waits for its deletion. */
export async function liveKey(kms: KMSClient, KeyId: string): Promise<KeyMetadata | undefined> {
  const metadata = (await orGone(kms.send(new DescribeKeyCommand({ KeyId }))))?.KeyMetadata;
  return metadata?.DeletionDate ? undefined : metadata;
}

export const newKeyTags = ({ inputs, urn }: Target) =>
  Object.entries(ownedTags(inputs, urn)).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));

/** Description, policy, tags, enabled. */
export async function updateKey(target: Target, KeyId: string, isEnabled: boolean): Promise<void> {
  const kms = kmsOf(target);
  const { inputs } = target;
  await kms.send(
    new UpdateKeyDescriptionCommand({ KeyId, Description: stringAt(inputs, "description") ?? "" }),
  );
  const Policy = policyText(inputs["policy"]);
  if (Policy) await kms.send(new PutKeyPolicyCommand({ KeyId, Policy, PolicyName: "default" }));
  const Tags = newKeyTags(target);
  const wanted = new Set(Tags.map(({ TagKey }) => TagKey));
  const TagKeys = (await tagsOf(kms, KeyId)).map(({ Key }) => Key).filter((key) => !wanted.has(key));
  if (TagKeys.length > 0) await kms.send(new UntagResourceCommand({ KeyId, TagKeys }));
  await kms.send(new TagResourceCommand({ KeyId, Tags }));
  await kms.send(isEnabled ? new EnableKeyCommand({ KeyId }) : new DisableKeyCommand({ KeyId }));
}

/** The inputs that both have, as AWS holds them. */
export async function liveKeyInputs(kms: KMSClient, key: KeyMetadata): Promise<Properties> {
  const KeyId = key.KeyId ?? "";
  const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: "default" }));
  return {
    description: key.Description,
    policy: Policy,
    tags: programTags(await tagsOf(kms, KeyId)),
  };
}

export async function scheduleDeletion(target: Target, KeyId: string): Promise<void> {
  const kms = kmsOf(target);
  if (!(await liveKey(kms, KeyId))) return;
  const days = target.inputs["deletionWindowInDays"];
  try {
    await kms.send(
      new ScheduleKeyDeletionCommand({
        KeyId,
        ...(typeof days === "number" && { PendingWindowInDays: days }),
      }),
    );
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

async function tagsOf(kms: KMSClient, KeyId: string): Promise<{ Key: string; Value: string }[]> {
  const { Tags = [] } = await kms.send(new ListResourceTagsCommand({ KeyId }));
  return Tags.map(({ TagKey = "", TagValue = "" }: Partial<Tag>) => ({ Key: TagKey, Value: TagValue }));
}
