import { GetBucketLoggingCommand, PutBucketLoggingCommand } from "@aws-sdk/client-s3";
import type { LoggingEnabled } from "@aws-sdk/client-s3";
import { omit } from "../../values.ts";
import type { Properties } from "../../values.ts";
import { fromApi, toApi } from "../shape.ts";
import { bucketSetting } from "./bucket-setting.ts";

export const bucketLogging = bucketSetting({
  type: "aws:s3/bucketLogging:BucketLogging",
  inputs: ["targetBucket", "targetPrefix", "targetObjectKeyFormat"],
  put: (s3, Bucket, inputs) =>
    s3.send(
      new PutBucketLoggingCommand({
        Bucket,
        BucketLoggingStatus: { LoggingEnabled: toApi<LoggingEnabled>(omit(inputs, "bucket", "region")) },
      }),
    ),
  get: async (s3, Bucket) => {
    const { LoggingEnabled: target } = await s3.send(new GetBucketLoggingCommand({ Bucket }));
    return target && (fromApi(target) as Properties);
  },
  remove: (s3, Bucket) => s3.send(new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: {} })),
});
