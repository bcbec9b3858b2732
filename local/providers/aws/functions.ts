import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { stringAt } from "../values.ts";
import type { Properties } from "../values.ts";
import type { AwsClients } from "./clients.ts";

type AwsFunction = (clients: AwsClients, args: Properties) => Promise<Properties>;

/** By token: the functions of `@pulumi/aws` that are known here. */
export const functions: Record<string, AwsFunction> = {
  "aws:index/getCallerIdentity:getCallerIdentity": async ({ sts }) => {
    const { Account, Arn, UserId } = await sts.send(new GetCallerIdentityCommand({}));
    return { accountId: Account, arn: Arn, id: Account, userId: UserId };
  },
  "aws:index/getRegion:getRegion": ({ defaultRegion }, args) => {
    const region = stringAt(args, "region") ?? defaultRegion;
    return Promise.resolve({
      id: region,
      name: region,
      region,
      description: region,
      endpoint: `ec2.${region}.amazonaws.com`,
    });
  },
  "aws:index/getPartition:getPartition": () =>
    Promise.resolve({
      id: "aws",
      partition: "aws",
      dnsSuffix: "amazonaws.com",
      reverseDnsPrefix: "com.amazonaws",
    }),
};
