import assert from "node:assert/strict";
import { Database } from "../../../infra/components/database.ts";
import { Storage } from "../../../infra/components/storage.ts";
import { deploy, sharing } from "../../support/deploy.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

const databaseOf = sharing(async (settings) => {
  const protectedOnes = new Set<string>();
  let database: Database | undefined;
  const created = await deploy(() => {
    const remember = ({ name, opts }: { name: string; opts: { protect?: boolean } }) => {
      if (opts.protect) protectedOnes.add(name);
      return undefined;
    };
    const stack = stackOf(settings);
    const storage = new Storage("storage", { stack });
    database = new Database("database", { stack, storage }, { transformations: [remember] });
  });
  assert.ok(database);
  const specOf = (kind: string) => {
    const found = created.find(({ inputs }) => inputs.kind === kind);
    assert.ok(found, `no ${kind}`);
    return found.inputs.spec as Record<string, Record<string, unknown>>;
  };
  return { created, database: database.connection, specOf, protectedOnes };
});

const s3Storage = {
  kind: "s3",
  endpoint: "https://s3.example.com",
  accessKeyId: { existingSecret: "keys", key: "id" },
  secretAccessKey: { existingSecret: "keys", key: "secret" },
};

describe("the database", () => {
  it("is one instance in a small stack and three on different hosts in a highly available one", async () => {
    assert.equal((await databaseOf(minimal)).specOf("Cluster").instances, 1);
    const spec = (await databaseOf(production)).specOf("Cluster");
    assert.equal(spec.instances, 3);
    assert.equal(spec.affinity?.podAntiAffinityType, "required");
    assert.equal(spec.enablePDB, true);
  });

  it("commits to a standby before it answers, where it has any", async () => {
    assert.equal((await databaseOf(minimal)).specOf("Cluster").postgresql?.synchronous, undefined);
    assert.deepEqual((await databaseOf(production)).specOf("Cluster").postgresql?.synchronous, {
      method: "any",
      number: 1,
      dataDurability: "preferred",
    });
  });

  it("archives every change within a minute, from a volume of its own", async () => {
    const spec = (await databaseOf(production)).specOf("Cluster");
    assert.deepEqual(spec.postgresql?.parameters, { archive_timeout: "60s" });
    assert.deepEqual(spec.walStorage, { size: "20Gi", storageClass: "fast-ssd" });
    assert.deepEqual(spec.plugins, [
      {
        name: "barman-cloud.cloudnative-pg.io",
        isWALArchiver: true,
        parameters: { barmanObjectName: "grafana-db" },
      },
    ]);
  });

  it("backs itself up to the backups bucket at once and every night, as its service account's role", async () => {
    const { specOf } = await databaseOf(production);
    const { configuration } = specOf("ObjectStore");
    assert.equal(configuration?.destinationPath, "s3://autoweave-backups-test/postgresql/");
    assert.deepEqual(configuration?.s3Credentials, { inheritFromIAMRole: true });
    assert.equal(configuration?.endpointURL, undefined);
    const backup = specOf("ScheduledBackup");
    assert.deepEqual([backup.schedule, backup.immediate, backup.method], ["0 15 2 * * *", true, "plugin"]);
  });

  it("backs itself up to an S3-compatible server with that server's keys", async () => {
    const { configuration } = (await databaseOf({ ...minimal, storage: s3Storage })).specOf("ObjectStore");
    assert.equal(configuration?.endpointURL, "https://s3.example.com");
    assert.deepEqual(configuration?.s3Credentials, {
      accessKeyId: { name: "keys", key: "id" },
      secretAccessKey: { name: "keys", key: "secret" },
    });
  });

  it("carries its role's name where the cluster's tokens identify it", async () => {
    const identity = {
      kind: "irsa",
      oidcProviderArn: "arn:aws:iam::111122223333:oidc-provider/oidc.example.com/id/A",
    };
    const { specOf } = await databaseOf({ ...minimal, storage: { ...minimal.storage, identity } });
    assert.deepEqual(specOf("Cluster").serviceAccountTemplate, {
      metadata: { annotations: { "eks.amazonaws.com/role-arn": "arn:aws:mock:::storage-database" } },
    });
  });

  it("speaks TLS only, under a certificate that Grafana can check", async () => {
    const { specOf, database } = await databaseOf(minimal);
    assert.deepEqual(specOf("Cluster").postgresql?.pg_hba, ["hostnossl all all all reject"]);
    assert.equal(database.sslMode, "verify-full");
    assert.deepEqual(database.ca, { secret: "grafana-db-ca", key: "ca.crt" });
  });

  it("takes its owner from a Secret that it generates once", async () => {
    const { created, specOf, database } = await databaseOf(minimal);
    const secret = created.find(({ name }) => name === "grafana-db-owner");
    assert.equal(secret?.inputs.type, "kubernetes.io/basic-auth");
    assert.deepEqual(specOf("Cluster").bootstrap, {
      initdb: { database: "grafana", owner: "grafana", secret: { name: "grafana-db-owner" } },
    });
    assert.deepEqual(database.password, { secret: "grafana-db-owner", key: "password" });
  });

  it("states what each of its containers needs, the backup's included", async () => {
    const { specOf } = await databaseOf(production);
    for (const resources of [
      specOf("Cluster").resources,
      specOf("ObjectStore").instanceSidecarConfiguration?.resources as Record<string, unknown>,
    ]) {
      assert.deepEqual(Object.keys(resources ?? {}).sort(), ["limits", "requests"]);
    }
  });

  it("refuses to be deleted, volumes and all, where the stack protects its data", async () => {
    assert.deepEqual([...(await databaseOf(production)).protectedOnes], ["database-cluster"]);
    assert.deepEqual([...(await databaseOf(minimal)).protectedOnes], []);
  });

  it("that exists already is only referred to", async () => {
    const { created, database } = await databaseOf({
      ...minimal,
      postgresql: {
        kind: "external",
        host: "db.example.com",
        password: { existingSecret: "mine", key: "pw" },
      },
    });
    assert.ok(!created.some(({ type }) => type.startsWith("kubernetes:")));
    assert.deepEqual(database, {
      host: "db.example.com",
      port: 5432,
      name: "grafana",
      user: "grafana",
      sslMode: "verify-full",
      password: { secret: "mine", key: "pw" },
    });
  });
});
