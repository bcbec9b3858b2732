import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { isFree } from "../../../local/ports.ts";
import { waitUntil } from "../../../local/processes.ts";
import { run } from "../../../local/run.ts";
import { ensureDebianProgram } from "../../../local/tools/debian.ts";
import type { Context, Program } from "../../../local/live/program.ts";
import { demoRedis, demoRedisUrl } from "../../../local/live/programs/demo-redis.ts";
import { gatewayExporter } from "../../../local/live/programs/gateway-exporter.ts";
import { gateway } from "../../../local/live/programs/gateway.ts";
import { kubeStateMetrics } from "../../../local/live/programs/kube-state-metrics.ts";
import { nodeExporter } from "../../../local/live/programs/node-exporter.ts";
import { objectStore, objectStoreAccess } from "../../../local/live/programs/object-store.ts";
import {
  databaseUrl,
  grafanaDatabase,
  memoryDatabaseUrl,
  postgresql,
} from "../../../local/live/programs/postgresql.ts";
import { redisExporter } from "../../../local/live/programs/redis-exporter.ts";
import { redis, redisPassword } from "../../../local/live/programs/redis.ts";
import { LivePrograms } from "../../support/live-programs.ts";
import { minimal } from "../../support/stacks.ts";

const stores = [objectStore, postgresql, redis, demoRedis];
const exporters = [redisExporter, nodeExporter, gatewayExporter, kubeStateMetrics];
const all = [...stores, gateway, ...exporters];

describe("the live stack's", function () {
  this.timeout(300_000);
  const live = new LivePrograms();
  let context: Context;

  const startAll = async () => {
    await Promise.all(stores.map(live.start));
    await live.start(gateway);
    await Promise.all(exporters.map(live.start));
  };
  before(async () => {
    await live.deploy(minimal);
    context = live.context;
    await startAll();
  });
  after(() => live.end());

  /** Kills it and starts it again. */
  const crash = async (program: Program) => {
    await live.kill(program);
    await live.start(program);
  };

  describe("object store", () => {
    let client: S3Client;
    const open = (secretAccessKey?: string) => {
      const { endpoint, region, ...keys } = objectStoreAccess(context);
      const credentials = { ...keys, ...(secretAccessKey ? { secretAccessKey } : {}) };
      return new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 });
    };
    before(() => (client = open()));
    after(() => client.destroy());

    const keysIn = async (Bucket: string) => {
      const { Contents = [], IsTruncated } = await client.send(new ListObjectsV2Command({ Bucket }));
      assert.equal(IsTruncated, false);
      return Contents.map(({ Key = "" }) => Key);
    };
    const bodyOf = async (Bucket: string, Key: string) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    };

    it("takes, gives, lists and deletes objects in every bucket of the stack", async () => {
      for (const Bucket of Object.values(live.deployed.buckets)) {
        const Key = "tenant/some/object.parquet";
        await client.send(new PutObjectCommand({ Bucket, Key, Body: "content" }));
        assert.equal(String(await bodyOf(Bucket, Key)), "content");
        assert.deepEqual(await keysIn(Bucket), [Key]);
        await client.send(new DeleteObjectCommand({ Bucket, Key }));
        assert.deepEqual(await keysIn(Bucket), []);
      }
    });

    it("lets nobody in without its keys", async () => {
      const stranger = open("another");
      const Bucket = live.deployed.buckets["logs"];
      await assert.rejects(stranger.send(new ListObjectsV2Command({ Bucket })), {
        name: "SignatureDoesNotMatch",
      });
      stranger.destroy();
      const { endpoint } = objectStoreAccess(context);
      assert.equal((await fetch(`${endpoint}/${Bucket}`)).status, 403);
    });

    it("has every object that it acknowledged, and none in part, after it was killed while it wrote", async () => {
      const Bucket = live.deployed.buckets["traces"] as string;
      const acknowledged = new Map<string, Buffer>();
      /** Content that tells whether it is whole. */
      const sealed = () => {
        const content = randomBytes(1000 + Math.floor(Math.random() * 2 ** 20));
        return Buffer.concat([createHash("sha256").update(content).digest(), content]);
      };
      const isWhole = (body: Buffer) =>
        createHash("sha256").update(body.subarray(32)).digest().equals(body.subarray(0, 32));
      let isUp = true;
      /** Writes new objects, and one again and again. */
      const writer = async (name: string) => {
        for (let count = 0; isUp; count++) {
          for (const Key of [`${name}/${count}`, `${name}/latest`]) {
            const Body = sealed();
            const sent = client.send(new PutObjectCommand({ Bucket, Key, Body }));
            const isTaken = await sent.then(
              () => true,
              () => false,
            );
            // What was not acknowledged may be there or not, in place of what was.
            if (isTaken) acknowledged.set(Key, Body);
            else acknowledged.delete(Key);
          }
        }
      };
      for (let round = 0; round < 3; round++) {
        isUp = true;
        const before = acknowledged.size;
        const writers = ["a", "b", "c", "d"].map((name) => writer(`${round}-${name}`));
        assert.ok(await waitUntil(() => acknowledged.size >= before + 40, 60, 5));
        await live.kill(objectStore);
        isUp = false;
        await Promise.all(writers);
        await live.start(objectStore);
      }
      const keys = await keysIn(Bucket);
      for (const key of keys) assert.ok(isWhole(await bodyOf(Bucket, key)), `${key} is torn`);
      for (const [key, body] of acknowledged) assert.ok((await bodyOf(Bucket, key)).equals(body), key);
    });
  });

  describe("PostgreSQL", () => {
    const grafanaUrl = async () => databaseUrl(await grafanaDatabase(context), context);
    const psqlPath = async () => join(dirname(realpathSync(await ensureDebianProgram("postgres"))), "psql");
    const psql = async (url: string, sql: string) =>
      run(await psqlPath(), [
        "--no-psqlrc",
        "--tuples-only",
        "--no-align",
        `--dbname=${url}`,
        `--command=${sql}`,
      ]);
    const ask = async (url: string, sql: string) => {
      const { code, stdout, stderr } = await psql(url, sql);
      assert.equal(code, 0, stderr);
      return stdout.trim();
    };

    it("runs with the deployed parameters, and lets in the deployed user by his password alone", async () => {
      const url = await grafanaUrl();
      assert.equal(await ask(url, "SHOW archive_timeout"), "1min");
      assert.equal(
        await ask(url, "SELECT current_user || ' of ' || current_database()"),
        "grafana of grafana",
      );
      const { stderr } = await psql(url.replace(/:[^:@]+@/, ":wrong@"), "SELECT 1");
      assert.match(stderr, /password authentication failed/);
    });

    it("lets the demo app into its own database and into no other", async () => {
      const url = memoryDatabaseUrl(context);
      assert.equal(await ask(url, "SELECT current_user || ' of ' || current_database()"), "memory of memory");
      const { stderr } = await psql(url.replace(/memory$/, "grafana"), "SELECT 1");
      assert.match(stderr, /permission denied for database/);
    });

    it("has what was committed before it was killed", async () => {
      const url = memoryDatabaseUrl(context);
      await ask(url, "CREATE TABLE kept (value int)");
      await ask(url, "INSERT INTO kept SELECT generate_series(1, 1000)");
      await crash(postgresql);
      assert.equal(await ask(url, "SELECT count(*) FROM kept"), "1000");
    });

    it("starts though its former number is another program's now, as after a restart of the machine", async () => {
      await live.kill(postgresql);
      const file = join(context.folder("postgresql"), "data", "postmaster.pid");
      const [, ...rest] = readFileSync(file, "utf8").split("\n");
      writeFileSync(file, [live.pidOf(objectStore), ...rest].join("\n"));
      await live.start(postgresql);
      assert.equal(await ask(await grafanaUrl(), "SELECT 1"), "1");
    });

    it("takes up a deployed password that has changed", async () => {
      const path = live.deployed.core("secrets/grafana-db-owner");
      const secret = {
        apiVersion: "v1",
        kind: "Secret",
        type: "kubernetes.io/basic-auth",
        metadata: { name: "grafana-db-owner", namespace: live.deployed.namespace },
        stringData: { password: "quote'and\\backslash" },
      };
      await live.api.apply(path, secret, { fieldManager: "test" });
      await live.stop(postgresql);
      await live.start(postgresql);
      assert.equal(await ask(await grafanaUrl(), "SELECT 1"), "1");
    });

    it("ends within two seconds though a client stays", async () => {
      const program = await psqlPath();
      const client = spawn(program, [memoryDatabaseUrl(context), "--command=SELECT pg_sleep(60)"], {
        stdio: ["ignore", "ignore", "pipe"],
      });
      const ended = once(client, "exit");
      const said = text(client.stderr);
      const url = await grafanaUrl();
      while ((await ask(url, "SELECT count(*) FROM pg_stat_activity WHERE usename = 'memory'")) !== "1");
      const since = performance.now();
      await live.stop(postgresql);
      const seconds = (performance.now() - since) / 1000;
      await ended;
      assert.match(await said, /terminating connection due to administrator command/);
      assert.ok(seconds < 2, `${seconds} s`);
      await live.start(postgresql);
    });
  });

  const redisCli = async (port: string, password: string, ...command: string[]) => {
    const { stdout } = await run("redis-cli", ["-p", String(context.port(port)), ...command], {
      env: { REDISCLI_AUTH: password },
    });
    return stdout.trim();
  };

  describe("Redis", () => {
    it("holds what the deployed cache may hold, and drops what was used longest ago", async () => {
      const config = async (name: string) =>
        (await redisCli("redis-redis", await redisPassword(context), "config", "get", name)).split("\n")[1] ??
        "";
      assert.equal(await config("maxmemory-policy"), "allkeys-lru");
      assert.equal(await config("maxmemory"), String(153 * 2 ** 20));
      assert.equal(await config("save"), "");
    });

    it("lets nobody in without the deployed password", async () => {
      assert.match(await redisCli("redis-redis", "wrong", "ping"), /NOAUTH/);
    });
  });

  describe("Redis of the demo app", () => {
    const passwordOf = (url: string) => new URL(url).password;

    it("drops nothing when it is full, and has what it acknowledged before it was killed", async () => {
      const password = passwordOf(demoRedisUrl(context));
      const policy = await redisCli("demo-redis-redis", password, "config", "get", "maxmemory-policy");
      assert.match(policy, /noeviction/);
      assert.equal(await redisCli("demo-redis-redis", password, "set", "job", "waiting"), "OK");
      await crash(demoRedis);
      assert.equal(await redisCli("demo-redis-redis", password, "get", "job"), "waiting");
    });

    it("lets nobody in without its own password", async () => {
      assert.match(await redisCli("demo-redis-redis", "wrong", "ping"), /NOAUTH/);
    });
  });

  describe("exporters", () => {
    const metricsOf = async ({ name }: Program) =>
      (await fetch(`http://${context.at(`${name}-http`)}/metrics`)).text();

    it("tell of Redis, of this machine, of the gateway and of the cluster what rules and dashboards read", async () => {
      assert.match(await metricsOf(redisExporter), /^redis_up 1$/m);
      assert.match(await metricsOf(nodeExporter), /^node_filesystem_avail_bytes\{.*mountpoint="\/".*\} \d/m);
      assert.match(await metricsOf(gatewayExporter), /^nginx_up 1$/m);
      assert.match(
        await metricsOf(kubeStateMetrics),
        /^kube_deployment_status_replicas_available\{namespace="autoweave-observability",deployment="gateway"\} 0$/m,
      );
    });

    it("tell nothing of Secrets, as deployed", async () => {
      const metrics = await metricsOf(kubeStateMetrics);
      assert.match(metrics, /^kube_configmap_info/m);
      assert.doesNotMatch(metrics, /^kube_secret/m);
    });
  });

  describe("stores and exporters", () => {
    it("show no secret in a command line or a log", async () => {
      const secrets = [
        objectStoreAccess(context).secretAccessKey,
        (await grafanaDatabase(context)).password,
        await redisPassword(context),
        new URL(memoryDatabaseUrl(context)).password,
        new URL(demoRedisUrl(context)).password,
      ];
      for (const program of all) {
        const seen = live.seen(program);
        for (const secret of secrets) assert.ok(secret.length > 8 && !seen.includes(secret), program.name);
      }
    });

    it("listen on loopback, and on no port but their own", () => {
      for (const program of all) {
        const { name, ports } = program;
        assert.deepEqual(
          live.listeningAt(program).sort(),
          ports.map((port) => context.at(`${name}-${port}`)).sort(),
          name,
        );
      }
    });

    it("end within two seconds, and their ports are free again", async () => {
      const since = performance.now();
      await Promise.all(all.map(live.stop));
      const seconds = (performance.now() - since) / 1000;
      assert.ok(seconds < 2, `${seconds} s`);
      for (const { name, ports } of all)
        for (const port of ports) assert.ok(await isFree(context.port(`${name}-${port}`)), `${name}-${port}`);
      await startAll();
    });
  });
});
