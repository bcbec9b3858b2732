import {
  CreateRoleCommand,
  DeleteRoleCommand,
  GetRoleCommand,
  ListRoleTagsCommand,
  PutRolePermissionsBoundaryCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import { stringAt } from "../../values.ts";
import type { AwsType, Target } from "../aws-type.ts";
import { isGone, orGone } from "../clients.ts";
import { existsAlready, isOwned, ownedTags, programTags } from "../ownership.ts";
import { policyText, tagList } from "../shape.ts";

export const role: AwsType = {
  type: "aws:iam/role:Role",
  inputs: {
    name: "replace",
    path: "replace",
    assumeRolePolicy: "update",
    description: "update",
    maxSessionDuration: "update",
    permissionsBoundary: "update",
    tags: "update",
  },
  naming: { input: "name" },

  create: async (target) => {
    const { inputs, clients } = target;
    const RoleName = String(inputs["name"]);
    if (await orGone(clients.iam.send(new GetRoleCommand({ RoleName })))) {
      if (!isOwned(await tagsOf(target, RoleName), target.urn)) throw existsAlready(`The role ${RoleName}`);
      await configure(target, RoleName);
      return RoleName;
    }
    await clients.iam.send(
      new CreateRoleCommand({
        RoleName,
        Path: stringAt(inputs, "path"),
        AssumeRolePolicyDocument: policyText(inputs["assumeRolePolicy"]),
        Tags: tagList(ownedTags(inputs, target.urn)),
      }),
    );
    await configure(target, RoleName);
    return RoleName;
  },

  update: (target, id) => configure(target, id),

  describe: async (target, id) => {
    const live = (await orGone(target.clients.iam.send(new GetRoleCommand({ RoleName: id }))))?.Role;
    if (!live) return undefined;
    const tags = programTags(await tagsOf(target, id));
    return {
      live: {
        name: id,
        path: live.Path,
        assumeRolePolicy: decodeURIComponent(live.AssumeRolePolicyDocument ?? ""),
        description: live.Description,
        maxSessionDuration: live.MaxSessionDuration,
        permissionsBoundary: live.PermissionsBoundary?.PermissionsBoundaryArn,
        tags,
      },
      computed: {
        arn: live.Arn,
        uniqueId: live.RoleId,
        createDate: live.CreateDate?.toISOString(),
        tagsAll: tags,
      },
    };
  },

  remove: async ({ clients }, RoleName) => {
    try {
      await clients.iam.send(new DeleteRoleCommand({ RoleName }));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  },
};

async function configure(target: Target, RoleName: string): Promise<void> {
  const { clients, inputs, urn } = target;
  const { iam } = clients;
  const PolicyDocument = policyText(inputs["assumeRolePolicy"]);
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
  const seconds = inputs["maxSessionDuration"];
  await iam.send(
    new UpdateRoleCommand({
      RoleName,
      Description: stringAt(inputs, "description") ?? "",
      ...(typeof seconds === "number" && { MaxSessionDuration: seconds }),
    }),
  );
  const PermissionsBoundary = stringAt(inputs, "permissionsBoundary");
  if (PermissionsBoundary)
    await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary }));
  const tags = ownedTags(inputs, urn);
  const TagKeys = (await tagsOf(target, RoleName)).map(({ Key = "" }) => Key).filter((key) => !(key in tags));
  if (TagKeys.length > 0) await iam.send(new UntagRoleCommand({ RoleName, TagKeys }));
  await iam.send(new TagRoleCommand({ RoleName, Tags: tagList(tags) }));
}

const tagsOf = async ({ clients }: Target, RoleName: string) =>
  (await clients.iam.send(new ListRoleTagsCommand({ RoleName }))).Tags ?? [];
