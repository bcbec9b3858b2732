/** Types whose deletion or replacement can take data with it, and what that data is. */
const holders: readonly { type: RegExp; holds: string }[] = [
  { type: /^aws:s3\/bucket(V2)?:/, holds: "a bucket's objects" },
  { type: /^aws:kms\/(key|replicaKey):/, holds: "the key that everything in the buckets is encrypted with" },
  { type: /^kubernetes:core\/v1:Namespace$/, holds: "everything in the namespace" },
  { type: /^kubernetes:core\/v1:PersistentVolume(Claim)?$/, holds: "a volume" },
  { type: /^kubernetes:core\/v1:Secret$/, holds: "a credential, which may exist nowhere else" },
  { type: /^kubernetes:apps\/v1:StatefulSet$/, holds: "the volumes of its pods" },
  {
    type: /^kubernetes:apiextensions\.k8s\.io\/.*:CustomResourceDefinition$/,
    holds: "every object of its kind",
  },
  { type: /^kubernetes:helm\.sh\/v3:Release$/, holds: "volumes or CRDs, where its chart has any" },
  {
    type: /^kubernetes:monitoring\.coreos\.com\/.*:(Prometheus|Alertmanager)$/,
    holds: "metrics or silences",
  },
  { type: /^kubernetes:postgresql\.cnpg\.io\/.*:(Cluster|Database)$/, holds: "Grafana's database" },
];

/** What is lost with a resource of this Pulumi type; undefined where it can be made again from the program alone. */
export const dataHeldBy = (type: string): string | undefined =>
  holders.find((holder) => holder.type.test(type))?.holds;
