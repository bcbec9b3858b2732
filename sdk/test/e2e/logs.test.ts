import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { lokiConfig } from "../../../infra/backends/loki.ts";
import { isFree } from "../../../local/ports.ts";
import { waitUntil } from "../../../local/processes.ts";
import { ensureTools } from "../../../local/tools/build.ts";
import { startProgram, stopProgram, temporaryFolder, writeConfig } from "../../../test/support/program.ts";
import { minimal, stackOf } from "../../../test/support/stacks.ts";
import type { Delivery, TelemetryRecord } from "../../src/delivery/record.ts";
import { LogCore } from "../../src/logs/core.ts";
import { createLogger, type Logger } from "../../src/logs/logger.ts";
import { OtlpLogSink } from "../../src/logs/otlp-sink.ts";
import { encodeResource } from "../../src/otlp/common.ts";
import { encodeRequest } from "../../src/otlp/request.ts";
import { hostile } from "../support/hostile.ts";

interface Entry {
  readonly line: string;
  readonly nanoseconds: bigint;
  /** Labels and structured metadata. */
  readonly metadata: Readonly<Record<string, string>>;
}

describe("log lines in Loki", function () {
  this.timeout("10m");
  const folder = temporaryFolder();
  let loki: ChildProcess;
  let url: string;

  before(async () => {
    const tools = await ensureTools(["loki"]);
    const free: number[] = [];
    for (let port = 26_000 + (process.pid % 5000); free.length < 2; port++)
      if (await isFree(port)) free.push(port);
    const [http = 0, grpc = 0] = free;
    url = `http://127.0.0.1:${http}`;
    const { limits_config: limits } = lokiConfig(stackOf(minimal), "");
    const config = writeConfig(folder.path, "loki", {
      auth_enabled: false,
      analytics: { reporting_enabled: false },
      server: { http_listen_address: "127.0.0.1", http_listen_port: http, grpc_listen_port: grpc },
      common: {
        path_prefix: folder.path,
        instance_addr: "127.0.0.1",
        replication_factor: 1,
        ring: { kvstore: { store: "inmemory" } },
        storage: {
          filesystem: { chunks_directory: `${folder.path}/chunks`, rules_directory: `${folder.path}/rules` },
        },
      },
      schema_config: {
        configs: [
          {
            from: "2025-01-01",
            store: "tsdb",
            object_store: "filesystem",
            schema: "v13",
            index: { prefix: "index_", period: "24h" },
          },
        ],
      },
      limits_config: { ...limits, deletion_mode: "disabled" },
    });
    loki = await startProgram(tools.loki, [`-config.file=${config}`], /Loki started/);
    const isReady = async () => (await fetch(`${url}/ready`)).ok;
    assert.ok(await waitUntil(() => isReady().catch(() => false), 60, 200), "Loki does not become ready");
  });
  after(async () => {
    await stopProgram(loki, "SIGKILL");
    folder.remove();
  });

  /** Sends, in one request, what is logged meanwhile. */
  async function send(service: string, log: (logger: Logger) => void): Promise<void> {
    const records: TelemetryRecord[] = [];
    const delivery = { offer: (record: TelemetryRecord) => void records.push(record) } as Delivery;
    const logger = createLogger();
    logger.attach(
      new LogCore({
        service,
        environment: "test",
        level: "trace",
        redactPaths: [],
        destination: { write: () => undefined },
        sink: new OtlpLogSink(delivery, { name: "@autoweave/observability", version: "1" }),
      }),
    );
    log(logger);
    const resource = encodeResource({
      "service.name": service,
      "deployment.environment.name": "test",
      "service.instance.id": "one",
      "host.name": "here",
    });
    const response = await fetch(`${url}/otlp/v1/logs`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf" },
      body: encodeRequest(resource, records),
    });
    assert.ok(response.ok, `${response.status} ${await response.text()}`);
  }

  /** What there is of a service, the oldest first. */
  async function entriesOf(service: string): Promise<Entry[]> {
    const parameters = new URLSearchParams({
      query: `{service_name="${service}"}`,
      since: "1h",
      limit: "5000",
    });
    const response = await fetch(`${url}/loki/api/v1/query_range?${parameters}`);
    const { data } = (await response.json()) as {
      data: { result: { stream: Record<string, string>; values: [string, string][] }[] };
    };
    return data.result
      .flatMap(({ stream, values }) =>
        values.map(([time, line]) => ({ line, nanoseconds: BigInt(time), metadata: stream })),
      )
      .sort((one, other) => Number(one.nanoseconds - other.nanoseconds));
  }

  it("have two labels, their level, and all else as metadata", async () => {
    await send("levels", (logger) => {
      for (const level of ["trace", "debug", "info", "warn", "error", "fatal"] as const) {
        logger[level]({ component: "usb", device: { id: 7 }, at: level }, `at ${level}`);
      }
    });
    const entries = await entriesOf("levels");
    assert.deepEqual(
      entries.map(({ line, metadata }) => [line, metadata["detected_level"], metadata["at"]]),
      ["trace", "debug", "info", "warn", "error", "fatal"].map((level) => [`at ${level}`, level, level]),
    );
    const metadata = entries[0]?.metadata ?? {};
    assert.equal(metadata["tenant_id"], "unknown");
    assert.equal(metadata["component"], "usb");
    assert.equal(metadata["device_id"], "7");
    const labels = await fetch(`${url}/loki/api/v1/labels?since=1h`);
    assert.deepEqual(
      ((await labels.json()) as { data: string[] }).data,
      ["__stream_shard__", "deployment_environment_name", "service_name"].slice(1),
    );
  });

  it("are all there and in order, equal ones too, though they were made in the same millisecond", async () => {
    await send("burst", (logger) => {
      for (let i = 0; i < 1_000; i++) logger.info(i % 10 === 0 ? "same" : `line ${i}`);
    });
    const lines = (await entriesOf("burst")).map(({ line }) => line);
    assert.deepEqual(
      lines,
      Array.from({ length: 1_000 }, (_, i) => (i % 10 === 0 ? "same" : `line ${i}`)),
    );
  });

  for (const [name, make] of Object.entries(hostile)) {
    it(`are taken, and the others sent with them, whatever they hold: ${name}`, async () => {
      const service = `hostile-${name}`;
      await send(service, (logger) => {
        logger.info("before");
        const value = make();
        logger.info(value as object, "fields");
        logger.info({ value, nested: { value, list: [value] } }, "inner");
        logger.error({ err: value }, "error");
        logger.info({ note: "message" }, value as string);
        logger.info("after");
      });
      const entries = await entriesOf(service);
      assert.equal(entries.length, 6);
      assert.equal(entries[0]?.line, "before");
      assert.equal(entries[5]?.line, "after");
    });
  }

  it("are taken with more fields, and larger ones, than Loki has room for, and say that some are missing", async () => {
    await send("large", (logger) => {
      logger.info(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`field.${i}`, i])), "many");
      logger.info(
        Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`field${i}`, "é".repeat(5_000)])),
        "long",
      );
    });
    for (const { metadata } of await entriesOf("large")) {
      assert.ok(Number(metadata["dropped_attributes_count"]) > 0, Object.keys(metadata).join());
    }
  });
});
