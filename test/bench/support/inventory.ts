import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { setTimeout as delay } from "node:timers/promises";
import { ApiServer } from "../../../local/api-server.ts";
import type { Environment } from "../../../local/environment.ts";

interface ApiResourceList {
  resources: { name: string; kind: string; verbs: string[] }[];
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

/** Every object of the cluster and every bucket, as `<resource> <namespace>/<name>`; sorted by nothing. */
export async function inventory(environment: Environment): Promise<Set<string>> {
  const api = new ApiServer(environment.controlPlane.kubeconfig);
  try {
    return new Set([...(await objects(api)), ...(await buckets(environment))]);
  } finally {
    api.close();
  }
}

/** The entries of `one` that `other` has not. */
export const missingFrom = (other: Set<string>, one: Set<string>): string[] =>
  [...one].filter((entry) => !other.has(entry)).sort();

async function objects(api: ApiServer): Promise<string[]> {
  const { groups } = await get<{ groups: { preferredVersion: { groupVersion: string } }[] }>(api, "/apis");
  const versions = groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`);
  const found = await Promise.all(
    ["/api/v1", ...versions].map(async (root) => {
      const { resources } = await get<ApiResourceList>(api, root);
      const listed = resources.filter(
        ({ name, verbs }) => verbs.includes("list") && !name.includes("/") && !comesAndGoes.has(name),
      );
      return Promise.all(
        listed.map(async ({ name }) =>
          (await get<{ items: Metadata[] }>(api, `${root}/${name}`)).items
            .filter(({ metadata }) => !metadata.ownerReferences)
            .map(({ metadata }) => `${name} ${metadata.namespace ?? ""}/${revisionless(metadata.name)}`),
        ),
      );
    }),
  );
  return found.flat(2);
}

const mostAttempts = 30;

/** A kind whose CRD is new, or has just changed, is refused with 429 and a time to come back. */
async function get<T>(api: ApiServer, path: string, attempt = 1): Promise<T> {
  const { status, body } = await api.ask("GET", path);
  if (status === 200) return JSON.parse(body) as T;
  if (status !== 429 || attempt === mostAttempts) throw new Error(`The API server refused ${path}: ${body}`);
  const { details } = JSON.parse(body) as { details?: { retryAfterSeconds?: number } };
  await delay((details?.retryAfterSeconds ?? 1) * 1000);
  return get(api, path, attempt + 1);
}

/** Helm keeps a Secret per revision of a release. */
const revisionless = (name: string) => name.replace(/^(sh\.helm\.release\.v1\..*)\.v\d+$/, "$1");

async function buckets({ aws }: Environment): Promise<string[]> {
  const client = new S3Client({
    endpoint: aws.endpoint,
    // It has one namespace of buckets, whichever region asks.
    region: "us-east-1",
    credentials: { accessKeyId: aws.accessKeyId, secretAccessKey: aws.secretAccessKey },
    forcePathStyle: true,
  });
  try {
    const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
    return Buckets.map(({ Name }) => `bucket ${Name}`);
  } finally {
    client.destroy();
  }
}
