import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { lokiConfig, lokiOverrides } from "../../../infra/backends/loki.ts";
import { objectStoreOf } from "../../../infra/object-store.ts";
import { Cloud } from "../../../local/cloud.ts";
import { Ports } from "../../../local/ports.ts";
import { Services, waitUntil } from "../../../local/processes.ts";
import { ensureTools } from "../../../local/tools/build.ts";
import { startProgram, stopProgram, temporaryFolder, writeConfig } from "../../support/program.ts";
import { production, stackOf } from "../../support/stacks.ts";

const processes = ["compactor", "ingester", "distributor", "querier", "query-frontend", "ruler"] as const;
type Process = (typeof processes)[number];

const keys = {
  accessKeyId: { existingSecret: "storage", key: "id" },
  secretAccessKey: { existingSecret: "storage", key: "secret" },
};
const tenants = [{ id: "blue" }, { id: "green" }];
const query = '{service_name="shop"}';

describe("Loki's microservices", function () {
  this.timeout("20m");
  const folder = temporaryFolder();
  const cloud = new Cloud(folder.path);
  const ports = new Ports(folder.path);
  const running: ChildProcess[] = [];

  /** The deployed configuration; ports, addresses and folders are this machine's, and each line is held once. */
  async function onThisMachine(process: Process, stack: ReturnType<typeof stackOf>) {
    const data = join(folder.path, process);
    mkdirSync(join(data, "no-rules"), { recursive: true });
    const overrides = writeConfig(folder.path, "overrides", lokiOverrides(stack));
    const config = lokiConfig(stack, overrides);
    const { common, memberlist, server, ingester, ruler_storage: rules } = config;
    const local = {
      ...config,
      common: { ...common, instance_addr: "127.0.0.1", replication_factor: 1 },
      ingester: { ...ingester, lifecycler: { min_ready_duration: "0s" } },
      ruler_storage: { ...rules, local: { directory: join(data, "no-rules") } },
      server: {
        ...server,
        http_listen_address: "127.0.0.1",
        http_listen_port: ports.known(`${process}-http`),
        grpc_listen_address: "127.0.0.1",
        grpc_listen_port: ports.known(`${process}-grpc`),
      },
      memberlist: {
        ...memberlist,
        bind_addr: ["127.0.0.1"],
        bind_port: ports.known(`${process}-gossip`),
        advertise_addr: "127.0.0.1",
        advertise_port: ports.known(`${process}-gossip`),
        join_members: [`127.0.0.1:${ports.known("ingester-gossip")}`],
      },
    };
    const at = (other: Process, port: string) => `127.0.0.1:${ports.known(`${other}-${port}`)}`;
    const text = JSON.stringify(local)
      .replaceAll("/var/loki", data)
      .replaceAll("loki-store-compactor:9095", at("compactor", "grpc"))
      .replaceAll("loki-store-querier:3100", at("querier", "http"))
      .replaceAll("loki-store-query-frontend-headless:9095", at("query-frontend", "grpc"));
    assert.doesNotMatch(text, /loki-store/, "an address of the cluster is left");
    return writeConfig(folder.path, process, JSON.parse(text) as object);
  }

  const ask = async (process: Process, path: string, tenant = "blue", init: RequestInit = {}) => {
    const response = await fetch(`http://127.0.0.1:${ports.known(`${process}-http`)}${path}`, {
      ...init,
      headers: { "content-type": "application/json", "X-Scope-OrgID": tenant },
    });
    const text = await response.text();
    assert.ok(response.ok, `${process} ${path}: ${response.status} ${text}`);
    return text;
  };

  const push = (tenant: string, ...lines: string[]) =>
    ask("distributor", "/loki/api/v1/push", tenant, {
      method: "POST",
      body: JSON.stringify({
        streams: [
          { stream: { service_name: "shop" }, values: lines.map((line) => [`${Date.now()}000000`, line]) },
        ],
      }),
    });

  const linesOf = async (tenant: string): Promise<string[]> => {
    const parameters = new URLSearchParams({ query, since: "1h" });
    const answer = await ask("query-frontend", `/loki/api/v1/query_range?${parameters}`, tenant);
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
    for (const process of processes)
      for (const port of ["http", "grpc", "gossip"]) await ports.claim(`${process}-${port}`);
    const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    for (const process of processes) {
      const args = [`-config.file=${await onThisMachine(process, stack)}`, `-target=${process}`];
      running.push(await startProgram(loki, args, /Loki started/, env));
    }
    const isReady = async (process: Process) => (await ask(process, "/ready")).startsWith("ready");
    for (const process of processes) {
      const inTime = await waitUntil(() => isReady(process).catch(() => false), 60, 200);
      assert.ok(inTime, `the ${process} does not become ready`);
    }
  });

  after(async () => {
    await Promise.all(running.map((child) => stopProgram(child)));
    await new Services(folder.path).stop("aws");
    folder.remove();
  });

  it("show no line any more whose erasure one request asked for, and those of other tenants still", async () => {
    await push("blue", "user=41", "user=42");
    await push("green", "user=42");
    const parameters = new URLSearchParams({ query: `${query} |= "user=42"`, start: "2026-01-01T00:00:00Z" });
    await ask("compactor", `/loki/api/v1/delete?${parameters}`, "blue", { method: "POST" });
    assert.deepEqual(await linesOf("blue"), ["user=41"]);
    assert.deepEqual(await linesOf("green"), ["user=42"]);
    assert.match(await ask("compactor", "/loki/api/v1/delete", "blue"), /"status":"received"/);
    assert.equal((await ask("compactor", "/loki/api/v1/delete", "green")).trim(), "[]");
  });

  it("let whoever follows a log see a line as it comes", async () => {
    const seen = new Promise<string>((done, fail) => {
      const tail = request({
        port: ports.known("query-frontend-http"),
        path: `/loki/api/v1/tail?${new URLSearchParams({ query })}`,
        headers: {
          "X-Scope-OrgID": "blue",
          Connection: "Upgrade",
          Upgrade: "websocket",
          "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
          "Sec-WebSocket-Version": "13",
        },
      });
      tail.once("upgrade", (_, socket) => {
        let said = "";
        socket.on("data", (chunk: Buffer) => {
          said += chunk.toString();
          if (!said.includes("just now")) return;
          socket.destroy();
          done(said);
        });
        push("blue", "just now").catch(fail);
      });
      tail.once("response", ({ statusCode }) => fail(new Error(`no tail: ${statusCode}`)));
      tail.once("error", fail);
      tail.end();
    });
    assert.match(await seen, /just now/);
  });
});
