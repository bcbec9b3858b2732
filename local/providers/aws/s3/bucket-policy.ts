import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import { policyText } from "../shape.ts";
import { bucketSetting } from "./bucket-setting.ts";

export const bucketPolicy = bucketSetting({
  type: "aws:s3/bucketPolicy:BucketPolicy",
  inputs: ["policy"],
  put: (s3, Bucket, { policy }) =>
    s3.send(new PutBucketPolicyCommand({ Bucket, Policy: policyText(policy) })),
  get: async (s3, Bucket) => ({ policy: (await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy }),
  remove: (s3, Bucket) => s3.send(new DeleteBucketPolicyCommand({ Bucket })),
});
