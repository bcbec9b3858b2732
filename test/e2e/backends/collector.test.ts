import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { collectorConfig } from "../../../infra/backends/collector.ts";
import { isFree } from "../../../local/ports.ts";
import { waitUntil } from "../../../local/processes.ts";
import { ensureTools } from "../../../local/tools/build.ts";
import { type Received, startOtlpSink } from "../../support/otlp-sink.ts";
import { startProgram, stopProgram, temporaryFolder, writeConfig } from "../../support/program.ts";
import { production, stackOf } from "../../support/stacks.ts";

const stack = stackOf({
  ...production,
  tenants: [{ id: "blue" }, { id: "green" }, { id: "red" }],
  tenantId: "blue",
  services: [{ name: "hub", tenants: ["blue", "green"] }],
});

/** The deployed configuration; ports, addresses, the folder and the encoding are this machine's. */
function onThisMachine(ports: Record<string, number>, sink: string, folder: string) {
  const config = collectorConfig(stack);
  const local = (name: string) => `127.0.0.1:${ports[name]}`;
  const exporters = Object.fromEntries(
    Object.entries(config.exporters).map(([name, settings]) => {
      if (!name.startsWith("otlp_")) return [name, settings];
      // The sink speaks plain HTTP, for which there is nothing to say of TLS.
      const reachable = { ...settings, tls: undefined, endpoint: sink, encoding: "json" };
      return [name.replace("otlp_grpc", "otlp_http"), { ...reachable, retry_on_failure: quickRetry }];
    }),
  );
  const text = JSON.stringify({ ...config, exporters })
    .replaceAll("otlp_grpc", "otlp_http")
    .replaceAll("0.0.0.0:4317", local("grpc"))
    .replaceAll("0.0.0.0:4318", local("http"))
    .replaceAll("0.0.0.0:3500", local("loki"))
    .replaceAll("0.0.0.0:13133", local("health"))
    .replaceAll('"host":"0.0.0.0","port":8888', `"host":"127.0.0.1","port":${ports.metrics}`)
    .replaceAll(config.extensions.file_storage.directory, folder);
  return JSON.parse(text) as object;
}

const quickRetry = {
  enabled: true,
  initial_interval: "100ms",
  max_interval: "500ms",
  max_elapsed_time: "0s",
};

async function freePorts(...names: string[]) {
  const ports: Record<string, number> = {};
  for (let port = 21_000 + (process.pid % 5000); names.length > 0; port += 1) {
    if (await isFree(port)) ports[names.pop() as string] = port;
  }
  return ports;
}

const attributes = (values: Record<string, string>) =>
  Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));

const nanoseconds = () => `${Date.now()}000000`;

const spans = (resource: Record<string, string>, ...each: Record<string, string>[]) => ({
  resourceSpans: [
    {
      resource: { attributes: attributes(resource) },
      scopeSpans: [
        {
          spans: each.map(({ name, ...values }, index) => ({
            traceId: "5b8efff798038103d269b633813fc60c",
            spanId: `eee19b7ec3c1b17${index}`,
            name,
            startTimeUnixNano: nanoseconds(),
            endTimeUnixNano: nanoseconds(),
            attributes: attributes(values),
          })),
        },
      ],
    },
  ],
});

describe("the Collector", function () {
  this.timeout("20m");
  const folder = temporaryFolder();
  let sink: Awaited<ReturnType<typeof startOtlpSink>>;
  let ports: Record<string, number>;
  let program: string;
  let config: string;
  let running: ChildProcess;

  const start = async () => {
    running = await startProgram(program, [`--config=${config}`], /Everything is ready/);
  };
  const post = async (port: string, path: string, body: object, orgId?: string) => {
    const response = await fetch(`http://127.0.0.1:${ports[port]}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(orgId ? { "X-Scope-OrgID": orgId } : {}) },
      body: JSON.stringify(body),
    });
    assert.ok(response.ok, `${response.status}: ${await response.text()}`);
  };
  const arrived = async (text: string, count = 1): Promise<Received[]> => {
    const found = () => sink.received.filter((record) => record.text.includes(text));
    await waitUntil(() => found().length >= count, 20);
    assert.equal(found().length, count, `${text}: ${JSON.stringify(sink.received)}`);
    return found();
  };
  const refused = async (kind: string): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${ports.metrics}/metrics`)).text();
    const line = text
      .split("\n")
      .find(
        (each) =>
          each.startsWith(`otelcol_exporter_sent_${kind}`) && each.includes('exporter="debug/refused"'),
      );
    return Number(line?.split(" ").at(-1) ?? 0);
  };

  before(async () => {
    program = (await ensureTools(["collector"])).collector;
    sink = await startOtlpSink();
    ports = await freePorts("grpc", "http", "loki", "health", "metrics");
    config = writeConfig(folder.path, "collector", onThisMachine(ports, sink.url, `${folder.path}/queue`));
    await start();
  });
  after(async () => {
    await stopProgram(running);
    await sink.stop();
    folder.remove();
  });

  it("gives every record of a tenant that tenant, whatever the record says of another", async () => {
    const lie = { "tenant.id": "green", tenant_id: "green", "autoweave.sender": "green" };
    await post("http", "/v1/traces", spans(lie, { name: "liar", ...lie }), "blue");
    const [span] = await arrived("liar");
    assert.equal(span?.orgId, "blue");
    assert.equal(span?.resource["tenant.id"], "blue");
    assert.equal(span?.attributes["tenant.id"], "blue");
    assert.ok(
      !JSON.stringify({ ...span?.resource, tenant_id: span?.attributes.tenant_id }).includes("green"),
    );
  });

  it("parts a service's batch by the tenants of its records, and refuses and counts the others'", async () => {
    const before = await refused("spans");
    await post(
      "http",
      "/v1/traces",
      spans(
        { "service.name": "hub", "tenant.id": "blue" },
        { name: "hub-own" },
        { name: "hub-green", "tenant.id": "green" },
        { name: "hub-red", "tenant.id": "red" },
      ),
      "hub",
    );
    assert.equal((await arrived("hub-own"))[0]?.orgId, "blue");
    assert.equal((await arrived("hub-green"))[0]?.orgId, "green");
    assert.ok(await waitUntil(async () => (await refused("spans")) === before + 1, 20));
    await arrived("hub-red", 0);
  });

  it("refuses and counts what comes without a credential, or with an unknown one", async () => {
    const before = await refused("spans");
    await post("http", "/v1/traces", spans({ "tenant.id": "blue" }, { name: "nobody" }));
    await post("http", "/v1/traces", spans({ "tenant.id": "blue" }, { name: "nobody" }), "mallory");
    assert.ok(await waitUntil(async () => (await refused("spans")) === before + 2, 20));
    await arrived("nobody", 0);
  });

  it("gives every sample, at each Prometheus, the labels of its tenant, service, environment and version", async () => {
    const resource = {
      "service.name": "usb",
      "deployment.environment.name": "production",
      "service.version": "1.2.3",
    };
    const dataPoints = [
      { timeUnixNano: nanoseconds(), asDouble: 1, attributes: attributes({ tenant_id: "red" }) },
    ];
    await post(
      "http",
      "/v1/metrics",
      {
        resourceMetrics: [
          {
            resource: { attributes: attributes(resource) },
            scopeMetrics: [{ metrics: [{ name: "autoweave_usb_devices", gauge: { dataPoints } }] }],
          },
        ],
      },
      "green",
    );
    for (const sample of await arrived("autoweave_usb_devices", 2)) {
      const expected = { tenant_id: "green", service: "usb", environment: "production", version: "1.2.3" };
      assert.deepEqual(sample.attributes, expected);
    }
  });

  it("takes Loki's protocol: the stream's labels tell the source, and the rest stays with the line", async () => {
    const stream = { service: "legacy", environment: "production", level: "warn", tenant_id: "red" };
    const values = [[nanoseconds(), "pushed line", { trace_id: "abc", tenant_id: "red" }]];
    await post("loki", "/loki/api/v1/push", { streams: [{ stream, values }] }, "green");
    const [line] = await arrived("pushed line");
    assert.equal(line?.orgId, "green");
    assert.deepEqual(line?.resource, {
      "service.name": "legacy",
      "deployment.environment.name": "production",
      "tenant.id": "green",
    });
    assert.equal(line?.attributes.trace_id, "abc");
    assert.equal(line?.attributes.level, "warn");
    assert.ok(!("tenant_id" in (line?.attributes ?? {})));
  });

  it("masks secrets by name and by form, and leaves alone what only sounds like one", async () => {
    const line = {
      timeUnixNano: nanoseconds(),
      body: { stringValue: "masked: Authorization: Bearer abcdefgh12345 at postgres://user:hunter2@db/x" },
      attributes: attributes({
        "db.password": "hunter2",
        "gen_ai.usage.input_tokens": "42",
        api_key: "k-123",
      }),
    };
    await post("http", "/v1/logs", { resourceLogs: [{ scopeLogs: [{ logRecords: [line] }] }] }, "blue");
    const [record] = await arrived("masked:");
    assert.doesNotMatch(JSON.stringify(record), /hunter2|abcdefgh12345|k-123/);
    assert.equal(record?.attributes["gen_ai.usage.input_tokens"], "42");
    assert.equal(record?.resource["autoweave.sender"], undefined);
  });

  it("killed with a full queue while the backends are down, it delivers what it had accepted", async () => {
    sink.setAvailable(false);
    for (let index = 0; index < 20; index += 1) {
      await post(
        "http",
        "/v1/traces",
        spans({ "service.name": "x" }, { name: `survivor-${index}.` }),
        "blue",
      );
    }
    await stopProgram(running, "SIGKILL");
    sink.setAvailable(true);
    await start();
    for (let index = 0; index < 20; index += 1) {
      const [span] = await arrived(`survivor-${index}.`);
      assert.equal(span?.orgId, "blue");
    }
  });
});
