import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetBucketTaggingCommand,
  GetObjectLockConfigurationCommand,
  HeadBucketCommand,
  ListObjectVersionsCommand,
  PutBucketTaggingCommand,
} from "@aws-sdk/client-s3";
import type { BucketLocationConstraint, S3Client } from "@aws-sdk/client-s3";
import type { AwsType, Target } from "../aws-type.ts";
import { hasName, isGone, orGone } from "../clients.ts";
import { existsAlready, isOwned, ownedTags, programTags } from "../ownership.ts";
import { tagList } from "../shape.ts";

export const bucket: AwsType = {
  type: "aws:s3/bucket:Bucket",
  inputs: { bucket: "replace", objectLockEnabled: "replace", tags: "update", forceDestroy: "state" },
  naming: { input: "bucket" },

  create: async (target) => {
    const Bucket = String(target.inputs["bucket"]);
    const s3 = target.clients.s3(target.region);
    if (await exists(s3, Bucket)) await adopt(s3, Bucket, target.urn);
    else await make(s3, Bucket, target);
    await tag(s3, Bucket, target);
    return Bucket;
  },

  update: (target, id) => tag(target.clients.s3(target.region), id, target),

  describe: async ({ clients, region }, id) => {
    const s3 = clients.s3(region);
    if (!(await exists(s3, id))) return undefined;
    const lock = await orGone(s3.send(new GetObjectLockConfigurationCommand({ Bucket: id })));
    const tags = programTags(await tagsOf(s3, id));
    return {
      live: {
        bucket: id,
        tags,
        objectLockEnabled: lock?.ObjectLockConfiguration?.ObjectLockEnabled === "Enabled",
      },
      computed: {
        arn: `arn:aws:s3:::${id}`,
        bucketDomainName: `${id}.s3.amazonaws.com`,
        bucketRegionalDomainName: `${id}.s3.${region}.amazonaws.com`,
        bucketRegion: region,
        tagsAll: tags,
      },
    };
  },

  remove: async ({ clients, region, inputs }, id) => {
    const s3 = clients.s3(region);
    try {
      if (inputs["forceDestroy"] === true) await empty(s3, id);
      await s3.send(new DeleteBucketCommand({ Bucket: id }));
    } catch (error) {
      if (isGone(error)) return;
      if (!hasName(error, "BucketNotEmpty")) throw error;
      throw new Error(`The bucket ${id} is not empty. Empty it, or set forceDestroy and update first.`, {
        cause: error,
      });
    }
  },
};

async function make(s3: S3Client, Bucket: string, { region, inputs }: Target): Promise<void> {
  await s3.send(
    new CreateBucketCommand({
      Bucket,
      ObjectLockEnabledForBucket: inputs["objectLockEnabled"] === true,
      // us-east-1 is the one region that must not be named.
      ...(region !== "us-east-1" && {
        CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint },
      }),
    }),
  );
}

/** A bucket gets its tags a moment after it is made: one without any was left by a kill in between. */
async function adopt(s3: S3Client, name: string, urn: string): Promise<void> {
  const tags = await tagsOf(s3, name);
  if (tags && !isOwned(tags, urn)) throw existsAlready(`The bucket ${name}`);
}

async function tag(s3: S3Client, Bucket: string, { inputs, urn }: Target): Promise<void> {
  await s3.send(
    new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: tagList(ownedTags(inputs, urn)) } }),
  );
}

const tagsOf = async (s3: S3Client, Bucket: string) =>
  (await orGone(s3.send(new GetBucketTaggingCommand({ Bucket }))))?.TagSet;

const exists = async (s3: S3Client, Bucket: string): Promise<boolean> =>
  (await orGone(s3.send(new HeadBucketCommand({ Bucket })))) !== undefined;

async function empty(s3: S3Client, Bucket: string): Promise<void> {
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) return;
    const { Errors = [] } = await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects }, BypassGovernanceRetention: true }),
    );
    const [first] = Errors;
    if (first)
      throw new Error(`The bucket ${Bucket} cannot be emptied: ${first.Key ?? ""}: ${first.Message ?? ""}`);
  }
}
