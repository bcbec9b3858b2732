import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { lokiConfig, lokiOverrides } from "../../../infra/backends/loki.ts";
import { objectStoreOf } from "../../../infra/object-store.ts";
import { Cloud } from "../../../local/cloud.ts";
import { Ports } from "../../../local/ports.ts";
import { Services, waitUntil } from "../../../local/processes.ts";
import { ensureTools } from "../../../local/tools/build.ts";
import { startProgram, stopProgram, temporaryFolder, writeConfig } from "../../support/program.ts";
import { production, stackOf } from "../../support/stacks.ts";

const replicas = [0, 1, 2] as const;
type Replica = (typeof replicas)[number];

const keys = {
  accessKeyId: { existingSecret: "storage", key: "id" },
  secretAccessKey: { existingSecret: "storage", key: "secret" },
};
const tenants = [{ id: "blue" }, { id: "green" }];
const query = '{service_name="shop"}';

describe("Loki's replicas", function () {
  this.timeout("20m");
  const folder = temporaryFolder();
  const cloud = new Cloud(folder.path);
  const ports = new Ports(folder.path);
  const running = new Map<Replica, ChildProcess>();
  let start: (replica: Replica) => Promise<void>;

  const ready = async (replica: Replica) => {
    const isReady = async () => (await ask(replica, "/ready")).startsWith("ready");
    assert.ok(
      await waitUntil(() => isReady().catch(() => false), 60, 200),
      `replica ${replica} does not become ready`,
    );
  };

  /** The deployed configuration; ports, addresses and folders are this machine's. */
  async function onThisMachine(replica: Replica, stack: ReturnType<typeof stackOf>) {
    const data = join(folder.path, `loki-${replica}`);
    mkdirSync(join(data, "no-rules"), { recursive: true });
    const overrides = writeConfig(folder.path, "overrides", lokiOverrides(stack));
    const config = lokiConfig(stack, overrides);
    const { common, memberlist, server, ingester, ruler_storage: rules } = config;
    const local = {
      ...config,
      common: {
        ...common,
        instance_addr: "127.0.0.1",
        ring: { ...common.ring, instance_id: `loki-${replica}` },
      },
      ingester: { ...ingester, lifecycler: { min_ready_duration: "0s" } },
      ruler_storage: { ...rules, local: { directory: join(data, "no-rules") } },
      server: {
        ...server,
        http_listen_address: "127.0.0.1",
        http_listen_port: ports.known(`loki-${replica}-http`),
        grpc_listen_address: "127.0.0.1",
        grpc_listen_port: ports.known(`loki-${replica}-grpc`),
      },
      memberlist: {
        ...memberlist,
        bind_addr: ["127.0.0.1"],
        bind_port: ports.known(`loki-${replica}-gossip`),
        advertise_addr: "127.0.0.1",
        advertise_port: ports.known(`loki-${replica}-gossip`),
        join_members: [`127.0.0.1:${ports.known("loki-0-gossip")}`],
      },
    };
    const text = JSON.stringify(local).replaceAll("/var/loki", data);
    assert.doesNotMatch(text, /loki-store/, "an address of the cluster is left");
    return writeConfig(folder.path, `loki-${replica}`, JSON.parse(text) as object);
  }

  const ask = async (replica: Replica, path: string, tenant = "blue", init: RequestInit = {}) => {
    const response = await fetch(`http://127.0.0.1:${ports.known(`loki-${replica}-http`)}${path}`, {
      ...init,
      headers: { "content-type": "application/json", "X-Scope-OrgID": tenant },
    });
    const text = await response.text();
    assert.ok(response.ok, `replica ${replica}, ${path}: ${response.status} ${text}`);
    return text;
  };

  const push = (tenant: string, ...lines: string[]) =>
    ask(0, "/loki/api/v1/push", tenant, {
      method: "POST",
      body: JSON.stringify({
        streams: [
          { stream: { service_name: "shop" }, values: lines.map((line) => [`${Date.now()}000000`, line]) },
        ],
      }),
    });

  const linesOf = async (replica: Replica, tenant: string): Promise<string[]> => {
    const parameters = new URLSearchParams({ query, since: "1h" });
    const answer = await ask(replica, `/loki/api/v1/query_range?${parameters}`, tenant);
    const { data } = JSON.parse(answer) as { data: { result: { values: [string, string][] }[] } };
    return data.result.flatMap(({ values }) => values.map(([, line]) => line)).sort();
  };

  before(async () => {
    const { loki } = await ensureTools(["loki"]);
    await cloud.start();
    const { endpoint, accessKeyId, secretAccessKey } = cloud.access ?? assert.fail("no cloud");
    const storage = { kind: "s3", endpoint, ...keys };
    const stack = stackOf({ ...production, tenantId: "blue", tenants, services: [], storage });
    await fetch(`${endpoint}/${objectStoreOf(stack).bucket("logs")}`, { method: "PUT" });
    for (const replica of replicas)
      for (const port of ["http", "grpc", "gossip"]) await ports.claim(`loki-${replica}-${port}`);
    start = async (replica) => {
      const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
      const args = [`-config.file=${await onThisMachine(replica, stack)}`];
      running.set(replica, await startProgram(loki, args, /Loki started/, env));
    };
    for (const replica of replicas) await start(replica);
    for (const replica of replicas) await ready(replica);
  });

  after(async () => {
    await Promise.all([...running.values()].map((child) => stopProgram(child)));
    await new Services(folder.path).stop("aws");
    folder.remove();
  });

  it("show no line any more whose erasure each of them was asked for, and those of other tenants still", async () => {
    await push("blue", "user=41", "user=42");
    await push("green", "user=42");
    const parameters = new URLSearchParams({ query: `${query} |= "user=42"`, start: "2026-01-01T00:00:00Z" });
    for (const replica of replicas)
      await ask(replica, `/loki/api/v1/delete?${parameters}`, "blue", { method: "POST" });
    for (const replica of replicas) {
      assert.deepEqual(await linesOf(replica, "blue"), ["user=41"]);
      assert.deepEqual(await linesOf(replica, "green"), ["user=42"]);
    }
  });

  it("remember what they were asked to erase over a restart, whatever the others write", async () => {
    await stopProgram(running.get(1) ?? assert.fail("replica 1 does not run"));
    await start(1);
    await ready(1);
    for (const replica of replicas) {
      assert.match(await ask(replica, "/loki/api/v1/delete", "blue"), /"status":"received"/);
      assert.equal((await ask(replica, "/loki/api/v1/delete", "green")).trim(), "[]");
    }
    assert.deepEqual(await linesOf(1, "blue"), ["user=41"]);
  });
});
