import { GetObjectLockConfigurationCommand, PutObjectLockConfigurationCommand } from "@aws-sdk/client-s3";
import type { ObjectLockRule } from "@aws-sdk/client-s3";
import { fromApi, toApi } from "../shape.ts";
import { bucketSetting } from "./bucket-setting.ts";

export const bucketObjectLock = bucketSetting({
  type: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  inputs: ["objectLockEnabled", "rule"],
  put: (s3, Bucket, { rule }) =>
    s3.send(
      new PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: {
          ObjectLockEnabled: "Enabled",
          Rule: toApi<ObjectLockRule | undefined>(rule),
        },
      }),
    ),
  get: async (s3, Bucket) => {
    const { ObjectLockConfiguration: lock } = await s3.send(
      new GetObjectLockConfigurationCommand({ Bucket }),
    );
    return { objectLockEnabled: lock?.ObjectLockEnabled, ...(lock?.Rule && { rule: fromApi(lock.Rule) }) };
  },
  // The lock itself stays with the bucket for ever: only the default retention goes.
  remove: (s3, Bucket) =>
    s3.send(
      new PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" },
      }),
    ),
});
