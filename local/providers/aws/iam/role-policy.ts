import { DeleteRolePolicyCommand, GetRolePolicyCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import type { AwsType, Target } from "../aws-type.ts";
import { isGone, orGone } from "../clients.ts";
import { policyText } from "../shape.ts";

export const rolePolicy: AwsType = {
  type: "aws:iam/rolePolicy:RolePolicy",
  inputs: { role: "replace", name: "replace", policy: "update" },
  naming: { input: "name" },

  create: async (target) => {
    const id = `${String(target.inputs["role"])}:${String(target.inputs["name"])}`;
    await put(target, id);
    return id;
  },
  update: put,
  describe: async ({ clients }, id) => {
    const live = await orGone(clients.iam.send(new GetRolePolicyCommand(fromId(id))));
    if (!live) return undefined;
    const { RoleName, PolicyName } = fromId(id);
    return {
      live: { role: RoleName, name: PolicyName, policy: decodeURIComponent(live.PolicyDocument ?? "") },
      computed: {},
    };
  },
  remove: async ({ clients }, id) => {
    try {
      await clients.iam.send(new DeleteRolePolicyCommand(fromId(id)));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  },
};

async function put({ clients, inputs }: Target, id: string): Promise<void> {
  await clients.iam.send(
    new PutRolePolicyCommand({ ...fromId(id), PolicyDocument: policyText(inputs["policy"]) }),
  );
}

function fromId(id: string): { RoleName: string; PolicyName: string } {
  const [RoleName = "", PolicyName = ""] = id.split(":");
  return { RoleName, PolicyName };
}
