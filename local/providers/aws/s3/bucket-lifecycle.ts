import {
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
} from "@aws-sdk/client-s3";
import type { LifecycleRule, TransitionDefaultMinimumObjectSize } from "@aws-sdk/client-s3";
import { fromApi, toApi } from "../shape.ts";
import { bucketSetting } from "./bucket-setting.ts";

export const bucketLifecycle = bucketSetting({
  type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  inputs: ["rules", "transitionDefaultMinimumObjectSize"],
  put: (s3, Bucket, { rules, transitionDefaultMinimumObjectSize }) =>
    s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: { Rules: toApi<LifecycleRule[]>(rules).map(withFilter) },
        TransitionDefaultMinimumObjectSize: transitionDefaultMinimumObjectSize as
          TransitionDefaultMinimumObjectSize | undefined,
      }),
    ),
  get: async (s3, Bucket) => {
    const { Rules, TransitionDefaultMinimumObjectSize: size } = await s3.send(
      new GetBucketLifecycleConfigurationCommand({ Bucket }),
    );
    return { rules: fromApi(Rules), transitionDefaultMinimumObjectSize: size };
  },
  remove: (s3, Bucket) => s3.send(new DeleteBucketLifecycleCommand({ Bucket })),
});

/** A rule for the whole bucket says so by an empty prefix. */
const withFilter = (rule: LifecycleRule): LifecycleRule => ({
  ...rule,
  Filter: rule.Filter ?? { Prefix: "" },
});
