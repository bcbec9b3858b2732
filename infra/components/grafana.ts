import * as k8s from "@pulumi/kubernetes";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { dashboards } from "../../dashboards/index.ts";
import {
  autoscaling,
  dashboardLabel,
  folderAnnotation,
  grafanaReplicas,
  grafanaValues,
  sidecarRole,
} from "../backends/grafana.ts";
import { datasourceUids } from "../backends/grafana/datasources.ts";
import { release } from "../charts.ts";
import type { StackConfig } from "../config/schema.ts";
import { names, workloads } from "../topology.ts";
import type { Cache } from "./cache.ts";
import { credential, generatedCredential } from "./credentials.ts";
import type { Database } from "./database.ts";
import { disruptionBudget } from "./disruption.ts";

interface GrafanaArgs {
  stack: StackConfig;
  database: Database;
  cache: Cache;
}

/** Grafana, its datasources and the dashboards. */
export class Grafana extends ComponentResource {
  constructor(name: string, { stack, database, cache }: GrafanaArgs, opts?: ComponentResourceOptions) {
    super("autoweave:infra:Grafana", name, {}, opts);
    const child = { parent: this };
    const { namespace, grafana } = stack;

    const adminPassword = credential(
      names.grafanaAdmin,
      { namespace, key: "password", source: grafana.adminPassword },
      child,
    );
    const encryptionKey = generatedCredential("grafana-encryption-key", { namespace, key: "key" }, child);
    const oidcClientSecret =
      grafana.oidc &&
      credential(
        "grafana-oidc",
        { namespace, key: "client-secret", source: grafana.oidc.clientSecret },
        child,
      );

    const role = new k8s.rbac.v1.Role(
      `${name}-dashboards`,
      {
        metadata: { name: sidecarRole, namespace },
        rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] }],
      },
      child,
    );
    for (const { uid, folder, json } of dashboards({ datasources: datasourceUids })) {
      new k8s.core.v1.ConfigMap(
        `${name}-${uid}`,
        {
          metadata: {
            name: `dashboard-${uid}`,
            namespace,
            labels: dashboardLabel,
            annotations: { [folderAnnotation]: folder },
          },
          data: { [`${uid}.json`]: JSON.stringify(json) },
        },
        child,
      );
    }

    const replicas = grafanaReplicas(stack);
    disruptionBudget("grafana", { namespace, labels: workloads.grafana.labels, replicas }, child);
    if (replicas > 1) {
      new k8s.autoscaling.v2.HorizontalPodAutoscaler(
        "grafana",
        {
          metadata: { name: "grafana", namespace },
          spec: {
            scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "grafana" },
            ...autoscaling,
          },
        },
        child,
      );
    }
    release(
      "grafana",
      {
        chart: "grafana",
        namespace,
        values: grafanaValues(stack, {
          database: database.connection,
          cache: cache.connection,
          adminPassword,
          encryptionKey,
          oidcClientSecret,
        }),
      },
      { parent: this, dependsOn: role },
    );
    this.registerOutputs();
  }
}
