import { GetBucketVersioningCommand, PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import { objectAt } from "../../values.ts";
import { hasName } from "../clients.ts";
import { toApi } from "../shape.ts";
import { bucketSetting } from "./bucket-setting.ts";

export const bucketVersioning = bucketSetting({
  type: "aws:s3/bucketVersioning:BucketVersioning",
  inputs: ["versioningConfiguration"],
  put: (s3, Bucket, inputs) =>
    s3.send(
      new PutBucketVersioningCommand({
        Bucket,
        VersioningConfiguration: toApi(objectAt(inputs, "versioningConfiguration")),
      }),
    ),
  get: async (s3, Bucket) => {
    const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket }));
    return Status && { versioningConfiguration: { status: Status } };
  },
  remove: async (s3, Bucket) => {
    try {
      await s3.send(
        new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Suspended" } }),
      );
    } catch (error) {
      // Object Lock needs it until the bucket goes.
      if (!hasName(error, "InvalidBucketState")) throw error;
    }
  },
});
