import assert from "node:assert/strict";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../local/run.ts";
import { temporaryFolder } from "../../../test/support/program.ts";
import { attributes } from "../../src/names/index.ts";
import { Backend } from "../support/backend.ts";
import { ecosystemFolder } from "../support/ecosystem.ts";
import { plainAttributes } from "../support/otlp-decode.ts";
import type { Span } from "../support/otlp-types.ts";
import { type Redis, startRedis } from "../support/redis.ts";

/** Publishes a job, works on it with a command to Redis, and ends. */
const work = `
  const connection = { path: process.env.REDIS };
  const redis = new Redis(process.env.REDIS);
  const queue = new Queue(process.env.QUEUE, { connection });
  const worker = new Worker(process.env.QUEUE, () => redis.get("device"), { connection });
  worker.on("completed", async () => {
    await Promise.all([worker.close(), queue.close(), redis.quit()]);
  });
  queue.add("scan", {});
`;

const apps = {
  "app.mjs": `import { Queue, Worker } from "bullmq";\nimport Redis from "ioredis";\n${work}`,
  "app.cjs": `const { Queue, Worker } = require("bullmq");\nconst Redis = require("ioredis");\n${work}`,
};

describe("an app with BullMQ and ioredis that knows nothing of telemetry", function () {
  this.timeout(120_000);
  let redis: Redis;

  before(async () => {
    redis = await startRedis();
  });

  after(() => redis.stop());

  for (const [file, code] of Object.entries(apps)) {
    it(`has traces of its jobs, with what OpenTelemetry's instrumentation of ioredis sees in them (${file})`, async () => {
      const backend = await Backend.start();
      const folder = temporaryFolder();
      symlinkSync(join(await ecosystemFolder(), "node_modules"), join(folder.path, "node_modules"));
      writeFileSync(join(folder.path, file), code);
      const register = new URL("../../src/register.ts", import.meta.url).href;
      const ended = await run(process.execPath, ["--import", register, file], {
        cwd: folder.path,
        env: {
          NODE_OPTIONS: "",
          OTEL_SERVICE_NAME: "app",
          AUTOWEAVE_TENANT_ID: "acme",
          OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
          AUTOWEAVE_LOKI_ENDPOINT: backend.url,
          AUTOWEAVE_SAMPLING_RATE: "1",
          AUTOWEAVE_HEALTH_PORT: "0",
          AUTOWEAVE_INSTRUMENTATIONS: "ioredis",
          REDIS: redis.connection.path,
          QUEUE: file,
        },
      });
      assert.deepEqual(ended, { code: 0, stdout: "", stderr: "" });
      const records = backend.kept.map(({ record }) => record);
      const spans = records.filter((record): record is Span => "kind" in record);
      const named = (name: string) => spans.filter((one) => one.name === name);
      const [publish] = named(`${file} publish`);
      const [process_] = named(`${file} process`);
      assert.ok(publish && process_, spans.map(({ name }) => name).join());
      assert.equal(process_.parentSpanId, publish.spanId);
      assert.equal(plainAttributes(process_.attributes)[attributes.tenantId], "acme");
      const commands = spans.filter(({ parentSpanId }) => parentSpanId === process_.spanId);
      assert.deepEqual(
        commands.map(({ name }) => name).filter((name) => name === "get"),
        ["get"],
      );
      const metrics = records.map((record) => ("name" in record ? record.name : ""));
      for (const name of [
        "autoweave_queue_jobs_total",
        "autoweave_queue_job_duration_seconds",
        "autoweave_queue_depth",
      ]) {
        assert.ok(metrics.includes(name), `${name} among ${metrics.join()}`);
      }
      await backend.stop();
      folder.remove();
    });
  }
});
