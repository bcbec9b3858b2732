import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../../local/folders.ts";
import { Backend } from "../support/backend.ts";
import { plainAttributes } from "../support/otlp-decode.ts";
import type { Span } from "../support/otlp-types.ts";
import { type Consumer, installed, strictest, write } from "../support/package.ts";
import { startRedis } from "../support/redis.ts";

const folder = join(repository, "sdk/examples");
const examples = readdirSync(folder).filter((name) => name.endsWith(".ts"));

describe("the examples, with the published package", function () {
  this.timeout("5m");
  let consumer: Consumer;
  let backend: Backend;

  before(async () => {
    backend = await Backend.start();
    consumer = await installed(["bullmq", "ioredis"]);
    write(consumer.folder, {
      ...Object.fromEntries(examples.map((name) => [name, readFileSync(join(folder, name), "utf8")])),
      "tsconfig.json": JSON.stringify({
        // BullMQ's own declarations are not at issue.
        compilerOptions: { ...strictest, erasableSyntaxOnly: true, skipLibCheck: true },
        include: ["*.ts"],
      }),
    });
  });
  beforeEach(() => void backend.requests.splice(0));
  after(async () => {
    await backend?.stop();
    consumer?.remove();
  });

  const environment = () => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
    AUTOWEAVE_LOKI_ENDPOINT: backend.url,
    AUTOWEAVE_HEALTH_PORT: "0",
    OTEL_TRACES_SAMPLER: "always_on",
  });

  async function runs(name: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
    const { code, stdout, stderr } = await consumer.run(process.execPath, [name], {
      ...environment(),
      ...env,
    });
    assert.equal(code, 0, stderr + stdout);
    assert.equal(stderr, "");
    return stdout;
  }

  /** Spans by name, of what the backend keeps. */
  const spans = (): Record<string, Record<string, unknown>> =>
    Object.fromEntries(
      backend.requests
        .filter(({ signal }) => signal === "traces")
        .flatMap(({ records }) => records)
        .map(({ record }) => record as Span)
        .map(({ name, traceId, attributes }) => [name, { traceId, ...plainAttributes(attributes) }]),
    );
  const metricNames = () =>
    backend.requests
      .filter(({ signal }) => signal === "metrics")
      .flatMap(({ records }) => records)
      .map(({ record }) => ("name" in record ? record.name : ""));

  it("compile under the strictest settings", async () => {
    const { code, stdout } = await consumer.run(process.execPath, [
      "node_modules/typescript/bin/tsc",
      "-p",
      ".",
    ]);
    assert.equal(code, 0, stdout);
  });

  it("trace an express app's requests by route, for the session's tenant, until it is told to end", async () => {
    const app = spawn(process.execPath, ["express-app.ts"], {
      cwd: consumer.folder,
      env: { ...process.env, ...environment(), PORT: "0" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const port = await portOf(app);
    const response = await fetch(`http://127.0.0.1:${port}/devices/7`, {
      headers: { authorization: "secret-of-acme", connection: "close" },
    });
    assert.deepEqual(await response.json(), { id: "7" });
    app.kill("SIGTERM");
    const [code, signal] = await once(app, "exit");
    assert.deepEqual([code, signal], [0, null]);
    assert.equal(spans()["GET /devices/:id"]?.["tenant.id"], "acme");
    assert.ok(metricNames().includes("http_server_request_duration_seconds"));
  });

  it("trace what a USB daemon does with its devices", async () => {
    assert.match(await runs("usb-daemon.ts"), /The scale shows 300 g\./);
    for (const name of ["usb.attach", "usb.open", "usb.transfer", "usb.close", "usb.detach"])
      assert.equal(spans()[name]?.["usb.vendor_id"], "0x0922", name);
    assert.ok(metricNames().includes("autoweave_usb_events_total"));
  });

  it("trace a job from whoever added it to its end", async () => {
    const redis = await startRedis();
    try {
      await runs("queue-worker.ts", { REDIS_URL: redis.connection.path });
    } finally {
      await redis.stop();
    }
    const { "scans publish": publish, "scans process": process, "order a scan": order } = spans();
    assert.ok(publish && process && order, Object.keys(spans()).join());
    assert.equal(new Set([publish, process, order].map((span) => span["traceId"])).size, 1);
    for (const span of [publish, process]) assert.equal(span["tenant.id"], "acme");
  });

  it("record spans and metrics of an app's own, for each tenant", async () => {
    await runs("spans-and-metrics.ts");
    assert.equal(spans()["rule door-open"]?.["tenant.id"], "acme");
    assert.equal(spans()["rule too-warm"]?.["tenant.id"], "globex");
    for (const name of ["rules_evaluated_total", "rule_duration_seconds", "rules_active"])
      assert.ok(metricNames().includes(name), name);
  });

  it("test an app's telemetry without a backend", async () => {
    assert.match(await runs("inventory.test.ts"), /pass 1/);
    assert.deepEqual(backend.requests, []);
  });

  it("are all listed in their README", () => {
    const readme = readFileSync(join(folder, "README.md"), "utf8");
    assert.deepEqual(
      [...readme.matchAll(/\]\((\S+\.ts)\)/g)].map(([, name]) => name).sort(),
      examples.sort(),
    );
  });
});

/** From the line that says where it listens. */
async function portOf(app: ChildProcess): Promise<number> {
  let said = "";
  let errors = "";
  app.stderr?.on("data", (chunk: Buffer) => (errors += String(chunk)));
  app.stdout?.on("data", (chunk: Buffer) => (said += String(chunk)));
  while (!said.includes("listening")) {
    const ended = await Promise.race([
      once(app, "exit"),
      app.stdout && once(app.stdout, "data").then(() => null),
    ]);
    if (ended) throw new Error(`it ended with ${ended[0]} without listening:\n${errors}`);
  }
  const { address } = JSON.parse(said.split("\n").find((line) => line.includes("listening")) ?? "") as {
    address: { port: number };
  };
  return address.port;
}
