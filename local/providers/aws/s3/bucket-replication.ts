import {
  DeleteBucketReplicationCommand,
  GetBucketReplicationCommand,
  PutBucketReplicationCommand,
} from "@aws-sdk/client-s3";
import { isObject } from "../../values.ts";
import type { Json, Properties } from "../../values.ts";
import { fromApi, toApi } from "../shape.ts";
import { bucketSetting } from "./bucket-setting.ts";

export const bucketReplication = bucketSetting({
  type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
  inputs: ["role", "rules"],
  put: (s3, Bucket, { role, rules }) =>
    s3.send(new PutBucketReplicationCommand({ Bucket, ReplicationConfiguration: toApi({ role, rules }) })),
  get: async (s3, Bucket, inputs) => {
    const { ReplicationConfiguration } = await s3.send(new GetBucketReplicationCommand({ Bucket }));
    const { role, rules } = fromApi(ReplicationConfiguration) as Properties;
    return { role, rules: withWhatMotoForgets(rules, inputs["rules"]) };
  },
  remove: (s3, Bucket) => s3.send(new DeleteBucketReplicationCommand({ Bucket })),
});

/** Moto takes these two and answers without them; otherwise each refresh would see a change. */
function withWhatMotoForgets(live: Json | undefined, given: Json | undefined): Json | undefined {
  if (!Array.isArray(live) || !Array.isArray(given)) return live;
  return live.map((rule, i) => {
    const old = given[i];
    if (!isObject(rule) || !isObject(old)) return rule;
    const { deleteMarkerReplication, sourceSelectionCriteria } = old;
    return { ...rule, deleteMarkerReplication, sourceSelectionCriteria };
  });
}
