import * as k8s from "@pulumi/kubernetes";
import type { CustomResourceOptions } from "@pulumi/pulumi";

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

interface Grant {
  namespace: string;
  /** The service account that gets the rights, in `namespace`. */
  serviceAccount: string;
  /** Rights in every namespace and on what has none. */
  everywhere: Rule[];
  /** Rights in `namespace` only. */
  here: Rule[];
}

/** Rights in place of a chart's own, where those read every Secret of the cluster. */
export function grant(
  name: string,
  { namespace, serviceAccount, everywhere, here }: Grant,
  opts: CustomResourceOptions,
) {
  // Names without a namespace are shared by all stacks of a cluster.
  const clusterName = `${namespace}-${name}`;
  const apiGroup = "rbac.authorization.k8s.io";
  const subjects = [{ kind: "ServiceAccount", name: serviceAccount, namespace }];
  const { ClusterRole, ClusterRoleBinding, Role, RoleBinding } = k8s.rbac.v1;
  return [
    new ClusterRole(`${name}-everywhere`, { metadata: { name: clusterName }, rules: everywhere }, opts),
    new ClusterRoleBinding(
      `${name}-everywhere`,
      {
        metadata: { name: clusterName },
        roleRef: { apiGroup, kind: "ClusterRole", name: clusterName },
        subjects,
      },
      opts,
    ),
    new Role(`${name}-here`, { metadata: { name, namespace }, rules: here }, opts),
    new RoleBinding(
      `${name}-here`,
      { metadata: { name, namespace }, roleRef: { apiGroup, kind: "Role", name }, subjects },
      opts,
    ),
  ];
}

/** What the Prometheus operator does for the resources of its own namespace, the only ones that it watches. */
export const prometheusOperatorRights = {
  everywhere: [
    { apiGroups: [""], resources: ["namespaces"], verbs: ["get", "list", "watch"] },
    { apiGroups: ["storage.k8s.io"], resources: ["storageclasses"], verbs: ["get"] },
    // It writes no events at all unless it may do so everywhere.
    { apiGroups: ["", "events.k8s.io"], resources: ["events"], verbs: ["create", "patch"] },
  ],
  here: [
    { apiGroups: ["monitoring.coreos.com"], resources: ["*"], verbs: ["*"] },
    { apiGroups: ["apps"], resources: ["statefulsets"], verbs: ["*"] },
    { apiGroups: [""], resources: ["configmaps", "secrets"], verbs: ["*"] },
    { apiGroups: [""], resources: ["pods"], verbs: ["list", "delete"] },
    {
      apiGroups: [""],
      resources: ["services", "services/finalizers", "endpoints"],
      verbs: ["get", "create", "update", "delete"],
    },
    {
      apiGroups: ["discovery.k8s.io"],
      resources: ["endpointslices"],
      verbs: ["get", "list", "watch", "create", "update", "delete"],
    },
    { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: ["get", "list", "watch"] },
  ],
} satisfies Pick<Grant, "everywhere" | "here">;

/**
 * What the backup plugin does. It watches every namespace, but passes the right to read Secrets on only where the
 * database is; Kubernetes lets it pass on what it has itself.
 */
export const barmanPluginRights = {
  everywhere: [
    {
      apiGroups: ["barmancloud.cnpg.io"],
      resources: ["objectstores"],
      verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
    },
    { apiGroups: ["barmancloud.cnpg.io"], resources: ["objectstores/finalizers"], verbs: ["update"] },
    {
      apiGroups: ["barmancloud.cnpg.io"],
      resources: ["objectstores/status"],
      verbs: ["get", "patch", "update"],
    },
    { apiGroups: ["postgresql.cnpg.io"], resources: ["backups"], verbs: ["get", "list", "watch"] },
    { apiGroups: ["postgresql.cnpg.io"], resources: ["clusters/finalizers"], verbs: ["update"] },
    {
      apiGroups: ["rbac.authorization.k8s.io"],
      resources: ["roles", "rolebindings"],
      verbs: ["create", "get", "list", "patch", "update", "watch"],
    },
  ],
  here: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "list", "watch"] }],
} satisfies Pick<Grant, "everywhere" | "here">;
