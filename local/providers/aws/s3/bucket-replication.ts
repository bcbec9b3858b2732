import {
  DeleteBucketReplicationCommand,
  GetBucketReplicationCommand,
  PutBucketReplicationCommand,
} from "@aws-sdk/client-s3";
import type { Properties } from "../../values.ts";
import { fromApi, toApi } from "../shape.ts";
import { bucketSetting } from "./bucket-setting.ts";

export const bucketReplication = bucketSetting({
  type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
  inputs: ["role", "rules"],
  put: (s3, Bucket, { role, rules }) =>
    s3.send(new PutBucketReplicationCommand({ Bucket, ReplicationConfiguration: toApi({ role, rules }) })),
  get: async (s3, Bucket) => {
    const { ReplicationConfiguration } = await s3.send(new GetBucketReplicationCommand({ Bucket }));
    return fromApi(ReplicationConfiguration) as Properties;
  },
  remove: (s3, Bucket) => s3.send(new DeleteBucketReplicationCommand({ Bucket })),
});
