import { stringify } from "yaml";
import type { Registered } from "./deploy.ts";

type Inputs = Record<string, unknown>;

/** What a snapshot tells of a resource beside its type and name: what decides about data, addresses and availability. */
const chosen: readonly { type: RegExp; inputs: (inputs: Inputs) => Inputs }[] = [
  { type: /^kubernetes:helm\.sh\/v3:Release$/, inputs: pick("chart", "version") },
  {
    type: /^kubernetes:core\/v1:(Secret|ConfigMap)$/,
    inputs: ({ data, stringData }) => ({ keys: [...keysOf(data), ...keysOf(stringData)] }),
  },
  {
    type: /^kubernetes:core\/v1:Service$/,
    inputs: ({ spec }) => ({ ports: listOf(spec, "ports").map(({ port }) => port) }),
  },
  {
    type: /^kubernetes:(apps\/v1:\w+|monitoring\.coreos\.com\/v1:(Prometheus|Alertmanager))$/,
    inputs: ({ spec }) => pick("replicas", "retention")(asInputs(spec)),
  },
  {
    type: /^kubernetes:policy\/v1:PodDisruptionBudget$/,
    inputs: ({ spec }) => pick("minAvailable", "maxUnavailable")(asInputs(spec)),
  },
  {
    type: /^kubernetes:autoscaling\/v2:/,
    inputs: ({ spec }) => pick("minReplicas", "maxReplicas")(asInputs(spec)),
  },
  {
    type: /^kubernetes:postgresql\.cnpg\.io\/v1:Cluster$/,
    inputs: ({ spec }) => pick("instances")(asInputs(spec)),
  },
  {
    type: /^kubernetes:cert-manager\.io\/v1:Certificate$/,
    inputs: ({ spec }) => pick("dnsNames")(asInputs(spec)),
  },
  {
    type: /^kubernetes:networking\.k8s\.io\/v1:Ingress$/,
    inputs: ({ spec }) => ({ hosts: listOf(spec, "rules").map(({ host }) => host) }),
  },
  {
    type: /^kubernetes:gateway\.networking\.k8s\.io\/.*:HTTPRoute$/,
    inputs: ({ spec }) => pick("hostnames")(asInputs(spec)),
  },
  { type: /^aws:s3\/bucket(V2)?:/, inputs: pick("bucket", "forceDestroy", "objectLockEnabled") },
  { type: /^aws:kms\/key:/, inputs: pick("enableKeyRotation") },
  { type: /^aws:eks\/podIdentityAssociation:/, inputs: pick("namespace", "serviceAccount") },
];

/**
 * Every resource of a deployment by type and name, sorted, each with its name in Kubernetes and what `chosen` tells of
 * it: short enough to be read in a review.
 */
export function snapshotOf(resources: readonly Registered[]): string {
  const types = [...new Set(resources.map(({ type }) => type))].sort();
  const byType = types.map((type) => [
    type,
    Object.fromEntries(
      resources
        .filter((resource) => resource.type === type)
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .map((resource) => [resource.name, described(resource)]),
    ),
  ]);
  return stringify(Object.fromEntries(byType), { lineWidth: 0, collectionStyle: "any" });
}

function described({ type, name, inputs }: Registered): Inputs {
  const metadata = asInputs(inputs["metadata"]);
  const told = chosen.filter((choice) => choice.type.test(type)).map((choice) => choice.inputs(inputs));
  const inCluster = {
    ...((metadata["namespace"] ?? inputs["namespace"])
      ? { namespace: metadata["namespace"] ?? inputs["namespace"] }
      : {}),
    ...(metadata["name"] && metadata["name"] !== name ? { name: metadata["name"] } : {}),
  };
  return Object.assign({}, inCluster, ...told);
}

function pick(...keys: string[]) {
  return (inputs: Inputs): Inputs =>
    Object.fromEntries(keys.flatMap((key) => (inputs[key] === undefined ? [] : [[key, inputs[key]]])));
}

const asInputs = (value: unknown): Inputs =>
  typeof value === "object" && value !== null ? (value as Inputs) : {};

const listOf = (value: unknown, key: string): Inputs[] => {
  const list = asInputs(value)[key];
  return Array.isArray(list) ? list.map(asInputs) : [];
};

const keysOf = (value: unknown) => Object.keys(asInputs(value)).sort();
