import * as k8s from "@pulumi/kubernetes";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { backupPlugin, backupSchedule, clusterSpec, objectStoreSpec } from "../backends/postgresql.ts";
import type { StackConfig } from "../config/schema.ts";
import { names, workloads } from "../topology.ts";
import type { SecretRef } from "../secret-ref.ts";
import { credential } from "./credentials.ts";
import type { Storage } from "./storage.ts";

interface DatabaseArgs {
  stack: StackConfig;
  /** Takes the backups. */
  storage: Storage;
}

/** How to reach a PostgreSQL database. */
interface DatabaseConnection {
  host: string;
  port: number;
  /** The database's name. */
  name: string;
  user: string;
  password: SecretRef;
  sslMode: "require" | "verify-ca" | "verify-full";
  /** Certificate of the authority that signed the server's; the system's authorities when absent. */
  ca?: SecretRef;
}

/** Where Grafana keeps what it must not lose: a cluster of our own with continuous backup, or one that exists already. */
export class Database extends ComponentResource {
  readonly connection: DatabaseConnection;

  constructor(name: string, { stack, storage }: DatabaseArgs, opts?: ComponentResourceOptions) {
    super("autoweave:infra:Database", name, {}, opts);
    const { postgresql, namespace } = stack;
    const child = { parent: this };
    const owner = { namespace, key: "password", source: postgresql.password };
    const ownerSecret = `${names.database}-owner`;

    if (postgresql.kind === "external") {
      const { host, port, database, user, sslMode } = postgresql;
      const password = credential(ownerSecret, owner, child);
      this.connection = { host, port, name: database, user, password, sslMode };
    } else {
      const user = "grafana";
      const password = credential(
        ownerSecret,
        {
          ...owner,
          others: { username: user },
          type: "kubernetes.io/basic-auth",
          // The operator sets the role's password anew when the Secret changes.
          labels: { "cnpg.io/reload": "true" },
        },
        child,
      );
      this.connection = {
        host: `${names.database}-rw`,
        port: workloads.database.ports.postgresql.number,
        name: "grafana",
        user,
        password,
        sslMode: "verify-full",
        ca: { secret: `${names.database}-ca`, key: "ca.crt" },
      };
      this.cluster(name, stack, storage, this.connection);
    }
    this.registerOutputs();
  }

  private cluster(name: string, stack: StackConfig, storage: Storage, owner: DatabaseConnection) {
    const { namespace, protect } = stack;
    const metadata = { name: names.database, namespace };
    const access = storage.accessFor("database");
    const { CustomResource } = k8s.apiextensions;

    const store = new CustomResource(
      `${name}-backups`,
      {
        apiVersion: "barmancloud.cnpg.io/v1",
        kind: "ObjectStore",
        metadata,
        spec: objectStoreSpec(stack, access),
      },
      { parent: this, dependsOn: storage },
    );
    const cluster = new CustomResource(
      `${name}-cluster`,
      {
        apiVersion: "postgresql.cnpg.io/v1",
        kind: "Cluster",
        metadata,
        spec: {
          ...clusterSpec(stack, owner),
          serviceAccountTemplate: { metadata: { annotations: access.serviceAccountAnnotations } },
        },
      },
      // Its volumes go with it.
      { parent: this, dependsOn: store, protect },
    );
    new CustomResource(
      `${name}-base-backup`,
      {
        apiVersion: "postgresql.cnpg.io/v1",
        kind: "ScheduledBackup",
        metadata,
        spec: {
          schedule: backupSchedule,
          immediate: true,
          backupOwnerReference: "self",
          cluster: { name: names.database },
          method: "plugin",
          pluginConfiguration: { name: backupPlugin },
        },
      },
      { parent: this, dependsOn: cluster },
    );
  }
}
