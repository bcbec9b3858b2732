import {
  CreateAliasCommand,
  DeleteAliasCommand,
  ListAliasesCommand,
  UpdateAliasCommand,
} from "@aws-sdk/client-kms";
import type { AwsType, Target } from "../aws-type.ts";
import { isGone } from "../clients.ts";
import { existsAlready } from "../ownership.ts";
import { kmsOf, liveKey } from "./key-common.ts";

export const alias: AwsType = {
  type: "aws:kms/alias:Alias",
  inputs: { name: "replace", targetKeyId: "update" },
  naming: { input: "name", prefix: "alias/" },

  create: async (target) => {
    const AliasName = String(target.inputs["name"]);
    const TargetKeyId = String(target.inputs["targetKeyId"]);
    const live = await find(target, AliasName);
    // An alias has no tags: one for the very key that is meant was left by a killed command.
    if (live && !isSameKey(TargetKeyId, live.TargetKeyId)) throw existsAlready(AliasName);
    if (!live) await kmsOf(target).send(new CreateAliasCommand({ AliasName, TargetKeyId }));
    return AliasName;
  },
  update: async (target, AliasName) => {
    const TargetKeyId = String(target.inputs["targetKeyId"]);
    await kmsOf(target).send(new UpdateAliasCommand({ AliasName, TargetKeyId }));
  },
  describe: async (target, id) => {
    const live = await find(target, id);
    if (!live) return undefined;
    const given = target.inputs["targetKeyId"];
    return {
      // The program may name the key by its ARN.
      live: { name: id, targetKeyId: isSameKey(given, live.TargetKeyId) ? given : live.TargetKeyId },
      computed: {
        arn: live.AliasArn,
        targetKeyArn: (await liveKey(kmsOf(target), live.TargetKeyId ?? ""))?.Arn,
      },
    };
  },
  remove: async (target, AliasName) => {
    try {
      await kmsOf(target).send(new DeleteAliasCommand({ AliasName }));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  },
};

async function find(target: Target, name: string) {
  const { Aliases = [] } = await kmsOf(target).send(new ListAliasesCommand({}));
  return Aliases.find(({ AliasName }) => AliasName === name);
}

const isSameKey = (given: unknown, keyId: string | undefined): boolean =>
  keyId !== undefined && String(given).replace(/^.*:key\//, "") === keyId;
