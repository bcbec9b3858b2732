import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, get, request as httpRequest, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { gunzipSync } from "node:zlib";
import { systemClock } from "../../src/clock.ts";
import { type HealthEndpointsOptions, healthEndpoints } from "../../src/health/endpoints.ts";
import { Health } from "../../src/health/health.ts";
import { type HealthServer, startHealthServer } from "../../src/health/server.ts";
import { metrics } from "../../src/names/index.ts";
import { metricsCore } from "../support/metrics.ts";

const about = { service: "svc", version: "1.0.0", environment: "test", clock: systemClock };

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return (response.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString();
}

describe("the health server", () => {
  let servers: HealthServer[] = [];
  const serve = async (options: Partial<HealthEndpointsOptions> & { isAlive?: () => boolean } = {}) => {
    const health = new Health({ ...about, isAlive: options.isAlive ?? (() => true) });
    health.markReady();
    const { core } = metricsCore();
    core.increment(metrics.usbEvents, { action: "attach", outcome: "success" });
    const handler = healthEndpoints({ health, metrics: (accept) => core.page(accept), ...options });
    const server = await startHealthServer({ host: "127.0.0.1", port: 0, handler });
    servers.push(server);
    const ask = async (
      path: string,
      init: { method?: string; headers?: Record<string, string>; body?: string } = {},
    ) => {
      const { method = "GET", headers = {}, body } = init;
      const request = httpRequest({
        host: "127.0.0.1",
        port: server.port,
        path,
        method,
        headers,
        agent: false,
      });
      request.end(body);
      const [response] = (await once(request, "response")) as [IncomingMessage];
      return { status: response.statusCode, headers: response.headers, text: await textOf(response) };
    };
    return { server, health, core, ask };
  };
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.close()));
    servers = [];
  });

  it("answers /live by whether the process is worth keeping", async () => {
    let isAlive = true;
    const { ask } = await serve({ isAlive: () => isAlive });
    const { status, text, headers } = await ask("/live");
    assert.deepEqual([status, JSON.parse(text)], [200, { live: true }]);
    assert.equal(headers["cache-control"], "no-store");
    isAlive = false;
    assert.equal((await ask("/live")).status, 503);
  });

  it("answers /ready by whether work may come, and why not", async () => {
    const { ask, health } = await serve();
    const { status, text } = await ask("/ready");
    assert.deepEqual([status, JSON.parse(text)], [200, { ready: true }]);
    health.drain();
    const drained = await ask("/ready");
    assert.deepEqual([drained.status, JSON.parse(drained.text)], [503, { ready: false, reason: "draining" }]);
    assert.equal((await ask("/live")).status, 200);
  });

  it("answers /health by check, 503 only when something critical fails", async () => {
    const { ask, health } = await serve();
    health.addCheck("mirror", () => "lags", { critical: false });
    const degraded = await ask("/health");
    assert.equal(degraded.status, 200);
    assert.deepEqual(JSON.parse(degraded.text), {
      ...health.report(),
      uptimeSeconds: JSON.parse(degraded.text).uptimeSeconds,
    });
    health.addCheck("database", () => {
      throw new Error("connect postgres://app:hunter2@db failed");
    });
    const failing = await ask("/health");
    assert.equal(failing.status, 503);
    assert.doesNotMatch(failing.text, /hunter2/);
  });

  it("answers /metrics in the format that the scraper takes, compressed if it takes that", async () => {
    const { ask } = await serve();
    const plain = await ask("/metrics?x=1");
    assert.equal(plain.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    assert.match(plain.text, /^autoweave_usb_events_total\{/m);
    const headers = {
      accept: "application/openmetrics-text;version=1.0.0",
      "accept-encoding": "br, gzip;q=0.5",
    };
    const open = await ask("/metrics", { headers });
    assert.equal(open.headers["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert.equal(open.headers["content-encoding"], "gzip");
    assert.match(open.text, /# EOF\n$/);
    const refusing = await ask("/metrics", { headers: { "accept-encoding": "gzip;q=0.0, br" } });
    assert.equal(refusing.headers["content-encoding"], undefined);
  });

  it("answers /metrics with 404 and how to have them, where they are not served", async () => {
    const { ask } = await serve({ metrics: "Pushed. Set metricsExport." });
    const { status, text } = await ask("/metrics");
    assert.deepEqual([status, text], [404, "Pushed. Set metricsExport.\n"]);
  });

  it("answers HEAD as GET, without a body", async () => {
    const { ask } = await serve();
    for (const path of ["/live", "/ready", "/health", "/metrics"]) {
      const { status, text } = await ask(path, { method: "HEAD" });
      assert.deepEqual([path, status, text], [path, 200, ""]);
    }
  });

  it("refuses other paths and methods, and reads no body", async () => {
    const { ask } = await serve();
    for (const path of ["/", "/metrics/", "/../live", "/LIVE", "//live", "/%6cive", "*"]) {
      assert.equal((await ask(path)).status, 404, path);
    }
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const { status, headers } = await ask("/metrics", { method, body: "x".repeat(100_000) });
      assert.deepEqual([status, headers["allow"], headers["connection"]], [405, "GET, HEAD", "close"]);
    }
  });

  it("answers 500 when the metrics cannot be read, and says nothing of why", async () => {
    const { ask } = await serve({ metrics: () => Promise.reject(new Error("hunter2")) });
    const { status, text } = await ask("/metrics");
    assert.deepEqual([status, text], [500, "Could not be answered.\n"]);
  });

  it("breaks off a page that fails on its way, so that nobody takes it for whole", async () => {
    const chunks = async function* () {
      yield "first\n";
      throw new Error("broken");
    };
    const { ask } = await serve({ metrics: async () => ({ contentType: "text/plain", chunks: chunks() }) });
    await assert.rejects(ask("/metrics"), /aborted|ECONNRESET|socket hang up/);
  });

  it("makes no more than five pages at a time", async () => {
    let finish = () => {};
    const held = new Promise<void>((resolve) => (finish = resolve));
    const { ask, core } = await serve({
      metrics: async (accept) => {
        await held;
        return core.page(accept);
      },
    });
    let settled = 0;
    const all = Array.from({ length: 8 }, () => ask("/metrics").finally(() => settled++));
    const refused = await Promise.race(all);
    assert.deepEqual([refused.status, refused.headers["retry-after"]], [503, "1"]);
    while (settled < 3) await new Promise(setImmediate);
    finish();
    const answered = await Promise.all(all);
    assert.deepEqual(answered.map(({ status }) => status).sort(), [200, 200, 200, 200, 200, 503, 503, 503]);
    assert.equal((await ask("/metrics")).status, 200);
  });

  it("holds no more of a page than the scraper reads", async () => {
    let made = 0;
    const chunks = async function* () {
      for (; made < 2_000; made++) yield "x".repeat(32 * 1024);
    };
    const { server, ask } = await serve({
      metrics: async () => ({ contentType: "text/plain", chunks: chunks() }),
    });
    const socket = connect(server.port ?? 0, "127.0.0.1");
    socket.pause();
    socket.write("GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n");
    let before = -1;
    while (before !== made) {
      before = made;
      // Others are answered meanwhile.
      for (let i = 0; i < 20; i++) assert.equal((await ask("/live")).status, 200);
    }
    assert.ok(made < 1_000, `${made} chunks`);
    socket.destroy();
  });

  it("answers malformed requests with 400 and goes on", async () => {
    const { server, ask } = await serve();
    for (const bytes of [
      "nonsense\r\n\r\n",
      "GET /live HTTP/9.9\r\n\r\n",
      "GET /live HTTP/1.1\r\nbad header\r\n\r\n",
      "\u0000\u0001\r\n\r\n",
    ]) {
      const socket = connect(server.port ?? 0, "127.0.0.1");
      socket.write(bytes);
      const [answer] = (await once(socket, "data")) as [Buffer];
      assert.match(answer.toString(), /^HTTP\/1\.1 400 /);
      socket.destroy();
    }
    assert.equal((await ask("/live")).status, 200);
  });

  it("survives scrapers that go away in the middle", async () => {
    const { server, ask } = await serve();
    for (let i = 0; i < 20; i++) {
      const request = get({ host: "127.0.0.1", port: server.port, path: "/metrics", agent: false });
      request.on("error", () => {});
      request.on("response", (response) => response.destroy());
      if (i % 2) request.destroy();
      await new Promise((closed) => request.once("close", closed));
    }
    assert.equal((await ask("/metrics")).status, 200);
  });

  it("warns of a port that is taken, and fails nothing", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const said: string[] = [];
    const write = process.stderr.write;
    process.stderr.write = (text: string | Uint8Array) => said.push(String(text)) > 0;
    const server = await startHealthServer({ host: "127.0.0.1", port, handler: () => false }).finally(() => {
      process.stderr.write = write;
    });
    assert.equal(server.port, undefined);
    await server.close();
    other.close();
    assert.match(
      said.join(""),
      new RegExp(`port ${port} of 127.0.0.1.*Set healthPort \\(AUTOWEAVE_HEALTH_PORT\\)`),
    );
  });

  it("passes on as a middleware what is not for it", async () => {
    const health = new Health(about);
    const handler = healthEndpoints({ health, metrics: "none" });
    const app = createServer((request, response) => {
      if (!handler(request, response)) response.end("the app's own");
    }).listen(0, "127.0.0.1");
    await once(app, "listening");
    const { port } = app.address() as AddressInfo;
    const ask = async (path: string, method = "GET") =>
      (await fetch(`http://127.0.0.1:${port}${path}`, { method })).text();
    assert.equal(await ask("/ready"), '{"ready":false,"reason":"starting"}\n');
    assert.equal(await ask("/other"), "the app's own");
    assert.equal(await ask("/ready", "POST"), "the app's own");
    app.closeAllConnections();
    app.close();
  });
});
