import type { S3Client } from "@aws-sdk/client-s3";
import type { Properties } from "../../values.ts";
import type { AwsType } from "../aws-type.ts";
import { isGone, orGone } from "../clients.ts";

/** A part of a bucket's configuration that is a resource of its own: put as a whole, with the bucket's name as its id. */
export function bucketSetting(setting: {
  type: string;
  /** Inputs apart from the bucket. */
  inputs: string[];
  put(s3: S3Client, bucket: string, inputs: Properties): Promise<unknown>;
  /** In the shape of the inputs; undefined when the bucket has no such setting. */
  get(s3: S3Client, bucket: string, inputs: Properties): Promise<Properties | undefined>;
  remove(s3: S3Client, bucket: string): Promise<unknown>;
}): AwsType {
  return {
    type: setting.type,
    inputs: {
      bucket: "replace",
      ...Object.fromEntries(setting.inputs.map((key) => [key, "update" as const])),
    },
    create: async ({ clients, region, inputs }) => {
      const bucket = String(inputs["bucket"]);
      await setting.put(clients.s3(region), bucket, inputs);
      return bucket;
    },
    update: async ({ clients, region, inputs }, id) => {
      await setting.put(clients.s3(region), id, inputs);
    },
    describe: async ({ clients, region, inputs }, id) => {
      const live = await orGone(setting.get(clients.s3(region), id, inputs));
      return live && { live: { bucket: id, ...live }, computed: {} };
    },
    remove: async ({ clients, region }, id) => {
      try {
        await setting.remove(clients.s3(region), id);
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },
  };
}
