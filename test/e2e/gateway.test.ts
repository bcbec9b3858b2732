import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { type IncomingMessage, request, type RequestOptions } from "node:http";
import { connect } from "node:net";
import { Client, credentials as channel, Metadata, status } from "@grpc/grpc-js";
import { gatewayConfig, tokenMap } from "../../infra/backends/gateway.ts";
import {
  type GatewayPort,
  nginxPath,
  type RunningGateway,
  startGateway,
  writeGateway,
} from "../support/nginx.ts";
import { minimal, production, stackOf } from "../support/stacks.ts";
import { startUpstreams, type Upstreams } from "../support/upstreams.ts";

const tokens = {
  "prod-tenant": "aaaaBBBBccccDDDDeeeeFFFFgggg-_12",
  "premium-tenant": "Zyxwvutsrqponmlkjihgfedcba-98765",
  "autoweave-hub": "hubhubhubhubhubhubhubhubhub-hub1",
};
type Caller = keyof typeof tokens;
const map = tokenMap(Object.entries(tokens).map(([id, token]) => ({ id, token })));
const stack = stackOf(production);
const bearer = (caller: Caller) => ({ Authorization: `Bearer ${tokens[caller]}` });
const basic = (caller: Caller, user: string = caller) => ({
  Authorization: `Basic ${Buffer.from(`${user}:${tokens[caller]}`).toString("base64")}`,
});

interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  body: string;
}

describe("the tenants' gateway", () => {
  let upstreams: Upstreams;
  let gateway: RunningGateway | undefined;
  const portOf = (name: GatewayPort) => gateway?.port[name] ?? assert.fail("the gateway does not run");

  before(async () => {
    upstreams = await startUpstreams(["otlpHttp", "lokiPush", "tempo", "loki", "prometheus"]);
    const at = (name: string) => upstreams.address[name] as string;
    const config = gatewayConfig(stack, {
      collectorOtlpGrpc: at("grpc"),
      collectorOtlpHttp: at("otlpHttp"),
      collectorLokiPush: at("lokiPush"),
      tempoQuery: at("tempo"),
      loki: at("loki"),
      promLabelProxy: at("prometheus"),
    });
    gateway = await startGateway(config, map);
  });
  after(async () => {
    await gateway?.stop();
    await upstreams.stop();
  });
  beforeEach(() => {
    upstreams.seen.length = 0;
    upstreams.seenByGrpc.length = 0;
  });

  const call = async (
    port: GatewayPort,
    path: string,
    {
      method = "GET",
      headers = {},
      body,
    }: Pick<RequestOptions, "method" | "headers"> & { body?: Buffer } = {},
  ): Promise<Answer> => {
    const sent = request({
      host: "127.0.0.1",
      port: portOf(port),
      path,
      method,
      headers,
      agent: false,
    });
    sent.end(body);
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    let text = "";
    for await (const chunk of answer) text += String(chunk);
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: text };
  };
  const post = (
    port: GatewayPort,
    path: string,
    headers: RequestOptions["headers"],
    body = Buffer.from("x"),
  ) => call(port, path, { method: "POST", headers, body });
  const exportOverGrpc = async (
    metadata: Record<string, string>,
    message = Buffer.from("x"),
    path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
  ) => {
    const client = new Client(`127.0.0.1:${portOf("otlpGrpc")}`, channel.createInsecure());
    const sent = new Metadata();
    for (const [key, value] of Object.entries(metadata)) sent.add(key, value);
    try {
      return await new Promise<{ code: status; details: string }>((resolve) =>
        client.makeUnaryRequest(
          path,
          (value: Buffer) => value,
          (value: Buffer) => value,
          message,
          sent,
          { deadline: Date.now() + 10_000 },
          (error) => resolve({ code: error?.code ?? status.OK, details: error?.details ?? "" }),
        ),
      );
    } finally {
      client.close();
    }
  };

  const writes: [GatewayPort, string, string][] = [
    ["otlpHttp", "/v1/traces", "otlpHttp"],
    ["otlpHttp", "/v1/metrics", "otlpHttp"],
    ["otlpHttp", "/v1/logs", "otlpHttp"],
    ["loki", "/loki/api/v1/push", "lokiPush"],
    ["loki", "/otlp/v1/logs", "otlpHttp"],
  ];
  const reads: [GatewayPort, string, string][] = [
    ["tempo", "/api/traces/0af7651916cd43dd8448eb211c80319c", "tempo"],
    ["tempo", "/api/v2/traces/0af7651916cd43dd8448eb211c80319c", "tempo"],
    ["tempo", "/api/search?q=%7B%7D&limit=5", "tempo"],
    ["tempo", "/api/v2/search/tags", "tempo"],
    ["tempo", "/api/v2/search/tag/resource.service.name/values", "tempo"],
    ["tempo", "/api/metrics/query_range?q=%7B%7D%7Crate()", "tempo"],
    ["loki", "/loki/api/v1/query_range?query=%7Bapp%3D%22a%2Fb%22%7D", "loki"],
    ["loki", "/loki/api/v1/labels", "loki"],
    ["loki", "/loki/api/v1/label/app/values", "loki"],
    ["loki", "/loki/api/v1/index/volume_range", "loki"],
    ["prometheus", "/api/v1/query?query=up", "prometheus"],
    ["prometheus", "/api/v1/label/__name__/values", "prometheus"],
    ["prometheus", "/federate?match[]=up", "prometheus"],
  ];

  for (const [port, path, upstream] of writes) {
    it(`takes what a tenant writes to ${path} (${port}) in that tenant's name`, async () => {
      assert.equal((await post(port, path, bearer("premium-tenant"))).status, 200);
      const [record] = upstreams.seen;
      assert.equal(record?.upstream, upstream);
      assert.equal(record?.headers["x-scope-orgid"], "premium-tenant");
      assert.equal(record?.bytes, 1);
    });
  }

  for (const [port, path, upstream] of reads) {
    it(`answers ${path} (${port}) from that tenant's data, query unchanged`, async () => {
      assert.equal((await call(port, path, { headers: bearer("prod-tenant") })).status, 200);
      const [record] = upstreams.seen;
      assert.deepEqual([record?.upstream, record?.url], [upstream, path]);
      assert.equal(record?.headers["x-scope-orgid"], "prod-tenant");
    });
  }

  it("takes Loki's own OTLP path to the Collector's path for logs", async () => {
    await post("loki", "/otlp/v1/logs", bearer("prod-tenant"));
    assert.equal(upstreams.seen[0]?.url, "/v1/logs");
  });

  it("refuses every path without a token, and with a wrong one, by 401 and says how to repair it", async () => {
    const wrong = [
      {},
      { Authorization: "Bearer wrong" },
      { Authorization: "Bearer " },
      { Authorization: tokens["prod-tenant"] },
      basic("prod-tenant", "premium-tenant"),
    ];
    for (const headers of wrong) {
      for (const [port, path] of writes) assert.equal((await post(port, path, headers)).status, 401, path);
      for (const [port, path] of reads) assert.equal((await call(port, path, { headers })).status, 401, path);
    }
    const { body, headers } = await call("tempo", "/api/search");
    assert.match((JSON.parse(body) as { error: string }).error, /Authorization: Bearer <token>/);
    assert.match(String(headers["www-authenticate"]), /Bearer/);
    assert.deepEqual(upstreams.seen, []);
  });

  it("takes the token as the password of HTTP basic too", async () => {
    assert.equal((await post("loki", "/loki/api/v1/push", basic("prod-tenant"))).status, 200);
    assert.equal(upstreams.seen[0]?.headers["x-scope-orgid"], "prod-tenant");
  });

  it("refuses a request with two tokens", async () => {
    const twice = (["prod-tenant", "premium-tenant"] as const).flatMap((caller) => [
      "Authorization",
      bearer(caller).Authorization,
    ]);
    const { status: code } = await call("loki", "/loki/api/v1/labels", {
      headers: ["Host", "gateway", ...twice] as never,
    });
    assert.ok(code === 400 || code === 401, String(code));
    assert.deepEqual(upstreams.seen, []);
  });

  for (const [trick, spoofed] of Object.entries({
    plain: ["X-Scope-OrgID", "premium-tenant"],
    "mixed case": ["x-ScOpE-oRgId", "premium-tenant"],
    duplicate: ["X-Scope-OrgID", "premium-tenant", "X-Scope-OrgID", "other"],
    piped: ["X-Scope-OrgID", "prod-tenant|premium-tenant"],
    underscores: ["X_Scope_OrgID", "premium-tenant"],
    "hop by hop": ["Connection", "X-Scope-OrgID", "X-Scope-OrgID", "premium-tenant"],
    "the guide's": ["X-Tenant-ID", "premium-tenant"],
    "a body of its own": ["Content-Type", "application/json", "X-Loki-Query-Limits", "{}"],
  })) {
    it(`lets no tenant header of a client through: ${trick}`, async () => {
      const mine = ["Host", "gateway", "Authorization", bearer("prod-tenant").Authorization];
      for (const [port, path] of [...writes, ...reads]) {
        upstreams.seen.length = 0;
        const method = writes.some((write) => write[1] === path) ? "POST" : "GET";
        await call(port, path, { method, headers: [...mine, ...spoofed] as never });
        const { headers } = upstreams.seen[0] ?? assert.fail(`${path} did not arrive`);
        const tenantHeaders = Object.entries(headers).filter(([key]) => /scope|tenant|loki/i.test(key));
        assert.deepEqual(tenantHeaders, [["x-scope-orgid", "prod-tenant"]], path);
        assert.equal(headers.authorization, undefined);
      }
    });
  }

  it("lets a service write in its own name and read nothing", async () => {
    for (const [port, path] of writes) {
      upstreams.seen.length = 0;
      assert.equal((await post(port, path, bearer("autoweave-hub"))).status, 200);
      assert.equal(upstreams.seen[0]?.headers["x-scope-orgid"], "autoweave-hub");
    }
    upstreams.seen.length = 0;
    for (const [port, path] of reads) {
      assert.equal((await call(port, path, { headers: bearer("autoweave-hub") })).status, 403, path);
    }
    assert.deepEqual(upstreams.seen, []);
  });

  it("knows no path that administers a backend", async () => {
    const hidden: [GatewayPort, string][] = [
      ["loki", "/loki/api/v1/delete"],
      ["loki", "/loki/api/v1/rules"],
      ["loki", "/flush"],
      ["loki", "/ring"],
      ["loki", "/config"],
      ["loki", "/ingester/shutdown"],
      ["loki", "/api/prom/push"],
      ["loki", "/loki/api/v1/push/"],
      ["tempo", "/status/config"],
      ["tempo", "/api/overrides"],
      ["tempo", "/flush"],
      ["tempo", "/shutdown"],
      ["prometheus", "/api/v1/write"],
      ["prometheus", "/api/v1/otlp/v1/metrics"],
      ["prometheus", "/api/v1/admin/tsdb/delete_series"],
      ["prometheus", "/-/reload"],
      ["otlpHttp", "/"],
      ["otlpHttp", "/v1/traces/x"],
    ];
    for (const [port, path] of hidden) {
      for (const method of ["GET", "POST", "PUT", "DELETE"]) {
        assert.equal((await call(port, path, { method, headers: bearer("prod-tenant") })).status, 404, path);
      }
    }
    assert.deepEqual(upstreams.seen, []);
  });

  it("refuses a path that a backend could read differently", async () => {
    for (const path of [
      "/loki/api/v1/delete/../query",
      "/loki/api/v1/delete/%2e%2e/query",
      "/loki/api/v1/label/..%2f..%2fdelete/values",
      "/loki/api/v1/label/a%2Fvalues",
      "/loki//api/v1/query",
    ]) {
      const { status: code } = await call("loki", path, { headers: bearer("prod-tenant") });
      assert.ok(code === 400 || code === 404, `${path}: ${code}`);
    }
    assert.deepEqual(upstreams.seen, []);
  });

  it("refuses methods that no reading or writing needs", async () => {
    const headers = bearer("prod-tenant");
    for (const method of ["PUT", "DELETE", "PATCH"]) {
      assert.equal((await call("loki", "/loki/api/v1/query", { method, headers })).status, 405);
    }
    assert.equal((await call("loki", "/loki/api/v1/push", { headers })).status, 405);
    assert.equal((await post("tempo", "/api/search", headers)).status, 405);
  });

  it("refuses a body over the limit and takes one below it whole", async () => {
    const limit = stack.entry.maxBodyMiB * 1024 * 1024;
    const headers = bearer("prod-tenant");
    assert.equal((await post("otlpHttp", "/v1/traces", headers, Buffer.alloc(limit))).status, 200);
    assert.equal(upstreams.seen[0]?.bytes, limit);
    const tooLarge = { ...headers, "Content-Length": String(limit + 1) };
    assert.equal((await call("otlpHttp", "/v1/traces", { method: "POST", headers: tooLarge })).status, 413);
  });

  it("passes a log tail on as a websocket, in the tenant's name", async () => {
    const socket = connect(portOf("loki"), "127.0.0.1");
    socket.write(
      `GET /loki/api/v1/tail?query=x HTTP/1.1\r\nHost: loki\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Key: a\r\nSec-WebSocket-Version: 13\r\nX-Scope-OrgID: premium-tenant\r\n` +
        `Authorization: ${bearer("prod-tenant").Authorization}\r\n\r\n`,
    );
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    assert.match(text, /^HTTP\/1\.1 101 .*\r\n\r\nline$/s);
    assert.equal(upstreams.seen[0]?.headers["x-scope-orgid"], "prod-tenant");
  });

  it("tells without a token whether the backends are ready, and nothing else", async () => {
    for (const [port, path] of [
      ["tempo", "/ready"],
      ["loki", "/ready"],
      ["prometheus", "/-/ready"],
    ] as const) {
      upstreams.seen.length = 0;
      assert.equal((await call(port, path, { headers: { "X-Scope-OrgID": "prod-tenant" } })).status, 200);
      assert.equal(upstreams.seen[0]?.url, path);
      assert.equal(upstreams.seen[0]?.headers["x-scope-orgid"], undefined);
    }
  });

  it("counts its connections for the exporter on the same machine", async () => {
    const answer = await call("status", "/stub_status", {});
    assert.match(answer.body, /^Active connections: \d+/);
  });

  it("answers with HSTS, refusals included", async () => {
    for (const headers of [bearer("prod-tenant"), {}]) {
      const answer = await call("loki", "/loki/api/v1/labels", { headers });
      assert.match(String(answer.headers["strict-transport-security"]), /max-age=31536000/);
    }
  });

  describe("over gRPC", () => {
    it("takes every signal in the tenant's name, whatever the client's metadata says", async () => {
      for (const signal of ["Trace", "Metrics", "Logs"]) {
        const { code, details } = await exportOverGrpc(
          {
            authorization: `Bearer ${tokens["prod-tenant"]}`,
            "x-scope-orgid": "premium-tenant",
            x_scope_orgid: "premium-tenant",
            "x-tenant-id": "premium-tenant",
          },
          Buffer.from("x"),
          `/opentelemetry.proto.collector.${signal.toLowerCase()}.v1.${signal}Service/Export`,
        );
        assert.equal(code, status.OK, details);
        const metadata = upstreams.seenByGrpc.at(-1)?.getMap() ?? {};
        assert.deepEqual(
          Object.entries(metadata).filter(([key]) => /scope|tenant|authorization/.test(key)),
          [["x-scope-orgid", "prod-tenant"]],
        );
      }
    });

    it("refuses a missing or wrong token as UNAUTHENTICATED", async () => {
      for (const metadata of [{}, { authorization: "Bearer wrong" }]) {
        assert.deepEqual(await exportOverGrpc(metadata as Record<string, string>), {
          code: status.UNAUTHENTICATED,
          details: "no valid token in the authorization metadata",
        });
      }
      assert.deepEqual(upstreams.seenByGrpc, []);
    });

    it("serves nothing but OTLP", async () => {
      const authorization = `Bearer ${tokens["prod-tenant"]}`;
      const { code } = await exportOverGrpc({ authorization }, Buffer.from("x"), "/tempopb.Pusher/PushBytes");
      assert.equal(code, status.UNIMPLEMENTED);
    });

    it("refuses a message over the limit for good, and takes one below it", async () => {
      const authorization = `Bearer ${tokens["prod-tenant"]}`;
      const limit = stack.entry.maxBodyMiB * 1024 * 1024;
      assert.equal((await exportOverGrpc({ authorization }, Buffer.alloc(limit - 1024))).code, status.OK);
      const { code, details } = await exportOverGrpc({ authorization }, Buffer.alloc(limit + 1024));
      assert.equal(code, status.RESOURCE_EXHAUSTED, details);
    });
  });

  it("logs who did what as JSON, and neither a token nor a query", async () => {
    const secret = "s3cret-search";
    await call("loki", `/loki/api/v1/query?query=${secret}`, { headers: bearer("prod-tenant") });
    await call("loki", "/loki/api/v1/labels", { headers: { Authorization: "Bearer wrong-token-1" } });
    const log = gateway?.accessLog() ?? "";
    for (const token of [...Object.values(tokens), "wrong-token-1", secret]) assert.ok(!log.includes(token));
    const entries = log
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, string>);
    const entry = entries.find(({ path, status: code }) => path === "/loki/api/v1/query" && code === "200");
    assert.equal(entry?.credential, "prod-tenant");
    assert.ok(entries.some(({ credential, status: code }) => credential === "" && code === "401"));
  });
});

describe("the gateway's configuration", () => {
  const long = "a".repeat(63);
  const many = Array.from({ length: 2000 }, (_, n) => ({ id: `tenant-${n}` }));
  for (const [name, settings] of Object.entries({
    small: minimal,
    standard: production,
    "with 2,000 tenants": { ...production, tenants: [...production.tenants, ...many] },
    "with the longest names": { ...minimal, tenantId: long },
  })) {
    it(`is accepted by nginx without a warning: ${name}`, async () => {
      const stack = stackOf(settings);
      const config = gatewayConfig(stack).replaceAll(/server [a-z0-9-]+:(\d+);/g, "server 127.0.0.1:$1;");
      const credentials = stack.tenants.map(({ id }) => ({ id, token: id.padEnd(32, "x") }));
      const { folder, arguments: args } = await writeGateway(config, tokenMap(credentials));
      try {
        const { status: code, stderr } = spawnSync(nginxPath(), ["-t", ...args], { encoding: "utf8" });
        assert.equal(code, 0, stderr);
        assert.doesNotMatch(stderr, /warn/);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }
});
