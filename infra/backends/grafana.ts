import type { StackConfig } from "../config/schema.ts";
import type { SecretRef } from "../secret-ref.ts";
import { containerSecurity, podSecurity, spread } from "../pods.ts";
import { sizesOf } from "../sizes.ts";
import { criticalPriorityOf, workloads } from "../topology.ts";
import { grafanaDatasources } from "./grafana/datasources.ts";
import type { GrafanaConnections } from "./grafana/connections.ts";
import { databaseCaFolder, grafanaIni } from "./grafana/ini.ts";

const adminUser = "admin";

/** Where a container puts temporary files; its root is read-only. */
const temporary = { name: "tmp", mountPath: "/tmp" };

/** How ConfigMaps with dashboards are found, and the annotation that names their folder. */
export const dashboardLabel = { grafana_dashboard: "1" } as const;
export const folderAnnotation = "grafana_folder";

/** The Role that lets the sidecar read ConfigMaps; the chart's own reads every Secret of the namespace too. */
export const sidecarRole = "grafana-dashboards";

export const grafanaReplicas = (stack: StackConfig): number =>
  stack.grafana.replicas ?? sizesOf(stack).grafana.replicas;

/** Values of the chart. */
export function grafanaValues(stack: StackConfig, connections: GrafanaConnections) {
  const { database, cache, adminPassword, encryptionKey, oidcClientSecret } = connections;
  const sizes = sizesOf(stack);
  const replicas = grafanaReplicas(stack);
  const { labels, ports } = workloads.grafana;
  return {
    fullnameOverride: "grafana",
    replicas,
    resources: sizes.grafana.resources,
    // Where the replicas find each other, to send each notification once.
    headlessService: replicas > 1,
    enableServiceLinks: false,
    topologySpreadConstraints: spread(labels),
    priorityClassName: criticalPriorityOf(stack),
    service: { port: ports.http.number, targetPort: ports.http.number },
    securityContext: podSecurity(472),
    containerSecurityContext: containerSecurity,
    extraEmptyDirMounts: [temporary, { name: "logs", mountPath: "/var/log/grafana" }],
    initChownData: { enabled: false },
    testFramework: { enabled: false },
    imageRenderer: { enabled: false },
    rbac: { namespaced: true, useExistingRole: sidecarRole },
    sidecar: {
      resources: sizes.sidecar.resources,
      securityContext: containerSecurity,
      dashboards: {
        enabled: true,
        env: { REQ_USERNAME: adminUser },
        label: Object.keys(dashboardLabel).join(),
        labelValue: Object.values(dashboardLabel).join(),
        resource: "configmap",
        folder: "/var/lib/grafana-dashboards",
        folderAnnotation,
        provider: { foldersFromFilesStructure: true },
        // It does not start without a folder for temporary files.
        extraMounts: [temporary],
      },
    },
    admin: { existingSecret: adminPassword.secret, passwordKey: adminPassword.key },
    // A Secret that the settings name holds a password, and need not hold a user.
    env: { GF_SECURITY_ADMIN_USER: adminUser },
    envValueFrom: fromSecrets({
      GF_DATABASE_PASSWORD: database.password,
      REDIS_PASSWORD: cache.password,
      GF_SECURITY_SECRET_KEY: encryptionKey,
      GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET: oidcClientSecret,
    }),
    extraSecretMounts: database.ca ? [databaseCa(database.ca)] : [],
    "grafana.ini": grafanaIni(stack, connections, replicas),
    datasources: { "datasources.yaml": grafanaDatasources(stack) },
  };
}

/**
 * How far Grafana scales once there is more than one. A resource of ours: with the chart's own, the Deployment would
 * state no number and start with a single replica.
 */
export const autoscaling = {
  minReplicas: 2,
  maxReplicas: 10,
  metrics: [
    { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
  ],
};

/** The certificate alone: the authority's private key lies in the same Secret. */
const databaseCa = ({ secret, key }: SecretRef) => ({
  name: "database-ca",
  secretName: secret,
  items: [{ key, path: key }],
  mountPath: databaseCaFolder,
  readOnly: true,
});

const fromSecrets = (variables: Record<string, SecretRef | undefined>) =>
  Object.fromEntries(
    Object.entries(variables).flatMap(([variable, ref]) =>
      ref ? [[variable, { secretKeyRef: { name: ref.secret, key: ref.key } }]] : [],
    ),
  );
