import { IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { DescribeKeyCommand, KMSClient, ListKeysCommand, ListResourceTagsCommand } from "@aws-sdk/client-kms";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { ApiServer } from "../../../local/api-server.ts";
import type { Environment } from "../../../local/environment.ts";

interface ApiGroupList {
  groups?: { preferredVersion: { groupVersion: string } }[];
}
interface ApiResourceList {
  resources?: { name: string; kind: string; verbs: string[] }[];
}
interface Metadata {
  metadata: { name: string; namespace?: string; ownerReferences?: unknown[] };
}

/** What controllers and the API server make by themselves, and remove when they see fit. */
const comesAndGoes = new Set([
  "events",
  "leases",
  "endpoints",
  "endpointslices",
  "pods",
  "replicasets",
  "controllerrevisions",
  "componentstatuses",
  "apiservices",
  "ipaddresses",
  "servicecidrs",
  "flowschemas",
  "prioritylevelconfigurations",
]);

/** Every object of the cluster, and every bucket, role and key of the cloud, as `<resource> <namespace>/<name>`; sorted by nothing. */
export async function inventory(environment: Environment): Promise<Set<string>> {
  const api = new ApiServer(environment.controlPlane.kubeconfig);
  try {
    return new Set([...(await objects(api)), ...(await cloud(environment))]);
  } finally {
    api.close();
  }
}

/** The entries of `one` that `other` has not. */
export const missingFrom = (other: Set<string>, one: Set<string>): string[] =>
  [...one].filter((entry) => !other.has(entry)).sort();

async function objects(api: ApiServer): Promise<string[]> {
  const { groups = [] } = (await api.get<ApiGroupList>("/apis")) ?? {};
  const versions = groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`);
  const found = await Promise.all(
    ["/api/v1", ...versions].map(async (root) => {
      const { resources = [] } = (await api.get<ApiResourceList>(root)) ?? {};
      const listed = resources.filter(
        ({ name, verbs }) => verbs.includes("list") && !name.includes("/") && !comesAndGoes.has(name),
      );
      return Promise.all(
        listed.map(async ({ name }) =>
          (await api.list<Metadata>(`${root}/${name}`))
            .filter(({ metadata }) => !metadata.ownerReferences)
            .map(({ metadata }) => `${name} ${metadata.namespace ?? ""}/${revisionless(metadata.name)}`),
        ),
      );
    }),
  );
  return found.flat(2);
}

/** Those of the stacks' settings. */
const keyRegions = ["eu-central-1", "eu-west-1"];

/** Helm keeps a Secret per revision of a release. */
const revisionless = (name: string) => name.replace(/^(sh\.helm\.release\.v1\..*)\.v\d+$/, "$1");

async function cloud({ aws }: Environment): Promise<string[]> {
  const settings = {
    endpoint: aws.endpoint,
    credentials: { accessKeyId: aws.accessKeyId, secretAccessKey: aws.secretAccessKey },
  };
  // It has one namespace of buckets, whichever region asks.
  const s3 = new S3Client({ ...settings, region: "us-east-1", forcePathStyle: true });
  const iam = new IAMClient({ ...settings, region: "us-east-1" });
  const kms = keyRegions.map((region) => new KMSClient({ ...settings, region }));
  try {
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
    const { Roles = [] } = await iam.send(new ListRolesCommand({}));
    return [
      ...Buckets.map(({ Name }) => `bucket ${Name}`),
      ...Roles.map(({ RoleName }) => `role ${RoleName}`),
      ...(await Promise.all(kms.map(keys))).flat(),
    ];
  } finally {
    for (const client of [s3, iam, ...kms]) client.destroy();
  }
}

/** The keys that are in use. Their identifiers are drawn: they are told apart by the resource in their tags. */
async function keys(kms: KMSClient): Promise<string[]> {
  const { Keys = [] } = await kms.send(new ListKeysCommand({}));
  const seen = new Map<string, number>();
  const found: string[] = [];
  for (const { KeyId } of Keys) {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    if (KeyMetadata?.DeletionDate) continue;
    const { Tags = [] } = await kms.send(new ListResourceTagsCommand({ KeyId }));
    const resource = Tags.find(({ TagKey }) => TagKey === "local.autoweave/urn")?.TagValue ?? "of nobody";
    const nth = (seen.get(resource) ?? 0) + 1;
    seen.set(resource, nth);
    found.push(`key ${await kms.config.region()} ${resource} ${nth}`);
  }
  return found;
}
