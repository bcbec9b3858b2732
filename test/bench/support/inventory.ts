import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
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
  const groups = JSON.parse((await api.ask("GET", "/apis")).body) as {
    groups: { preferredVersion: { groupVersion: string } }[];
  };
  const roots = [
    "/api/v1",
    ...groups.groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`),
  ];
  const found = await Promise.all(
    roots.map(async (root) => {
      const { status, body } = await api.ask("GET", root);
      if (status !== 200) throw new Error(`The API server refused ${root}: ${body}`);
      const { resources } = JSON.parse(body) as ApiResourceList;
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

/** Helm keeps a Secret per revision of a release. */
const revisionless = (name: string) => name.replace(/^(sh\.helm\.release\.v1\..*)\.v\d+$/, "$1");

async function buckets({ aws }: Environment): Promise<string[]> {
  const client = new S3Client({
    endpoint: aws.endpoint,
    region: aws.region,
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
