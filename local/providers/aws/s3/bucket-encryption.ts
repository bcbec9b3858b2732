import {
  DeleteBucketEncryptionCommand,
  GetBucketEncryptionCommand,
  PutBucketEncryptionCommand,
} from "@aws-sdk/client-s3";
import { fromApi, toApi } from "../shape.ts";
import { bucketSetting } from "./bucket-setting.ts";

export const bucketEncryption = bucketSetting({
  type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  inputs: ["rules"],
  put: (s3, Bucket, { rules }) =>
    s3.send(
      new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules: toApi(rules) } }),
    ),
  get: async (s3, Bucket) => {
    const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    return { rules: fromApi(ServerSideEncryptionConfiguration?.Rules) };
  },
  remove: (s3, Bucket) => s3.send(new DeleteBucketEncryptionCommand({ Bucket })),
});
