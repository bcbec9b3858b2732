import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { collectorConfig } from "../../infra/backends/collector.ts";
import { lokiConfig, lokiOverrides } from "../../infra/backends/loki.ts";
import { tempoConfig, tempoOverrides } from "../../infra/backends/tempo.ts";
import { waitUntil } from "../../local/processes.ts";
import { ensureTools } from "../../local/tools/build.ts";
import { ensureDebianProgram } from "../../local/tools/debian.ts";
import { freePort } from "./free-port.ts";
import { startProgram, stopProgram, writeConfig } from "./program.ts";
import { minimal, stackOf } from "./stacks.ts";

const tenant = "blue";
const stack = stackOf({ ...minimal, tenantId: tenant, tenants: [{ id: tenant }, { id: "green" }] });

const local = (port: number) => `127.0.0.1:${port}`;

/**
 * The programs of the stack that can run here, as they are deployed but for addresses and storage, brought into the situations
 * in which they first have some of their metrics.
 */
export class BackendMetrics {
  readonly #running: ChildProcess[] = [];
  readonly #pages: string[] = [];
  readonly #folder: string;
  #refusing: Server | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async start(): Promise<void> {
    const tools = await ensureTools(["prometheus", "alertmanager", "loki", "tempo", "collector"]);
    const ports = {
      loki: await freePort(),
      tempo: await freePort(),
      otlp: await freePort(),
      alertmanager: await freePort(),
    };
    await this.#exporters();
    await this.#alertmanager(tools.alertmanager, ports.alertmanager);
    await this.#prometheus(tools.prometheus, ports.alertmanager);
    await this.#loki(tools.loki, ports.loki);
    await this.#tempo(tools.tempo, ports.tempo, ports.otlp);
    await this.#collector(tools.collector);
  }

  /** The names of all metrics that any of the programs has now, as Prometheus stores them. */
  async names(): Promise<Set<string>> {
    const pages = await Promise.all(this.#pages.map(async (url) => (await fetch(url)).text()));
    const lines = pages.flatMap((page) => page.split("\n"));
    return new Set(lines.flatMap((line) => /^[a-zA-Z_:][\w:]*/.exec(line)?.[0] ?? []));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map((program) => stopProgram(program, "SIGKILL")));
    this.#refusing?.closeAllConnections();
    this.#refusing?.close();
  }

  async #start(program: string, args: string[], page: string, ready = /./): Promise<void> {
    this.#running.push(await startProgram(program, args, ready));
    this.#pages.push(page);
    const answers = () =>
      fetch(page).then(
        ({ ok }) => ok,
        () => false,
      );
    if (!(await waitUntil(answers, 60))) throw new Error(`${program} does not answer at ${page}`);
  }

  async #exporters(): Promise<void> {
    for (const name of ["prometheus-node-exporter", "prometheus-redis-exporter"] as const) {
      const address = local(await freePort());
      await this.#start(
        await ensureDebianProgram(name),
        [`--web.listen-address=${address}`],
        `http://${address}/metrics`,
      );
    }
  }

  async #alertmanager(program: string, port: number): Promise<void> {
    const config = writeConfig(this.#folder, "alertmanager", {
      route: { receiver: "nobody" },
      receivers: [{ name: "nobody", webhook_configs: [{ url: "http://127.0.0.1:1" }] }],
    });
    const args = [
      `--config.file=${config}`,
      `--storage.path=${join(this.#folder, "alertmanager")}`,
      `--web.listen-address=${local(port)}`,
      `--cluster.listen-address=${local(await freePort())}`,
    ];
    await this.#start(program, args, `http://${local(port)}/metrics`);
  }

  /** With a rule, an Alertmanager and a long memory that does not answer. */
  async #prometheus(program: string, alertmanager: number): Promise<void> {
    const address = local(await freePort());
    const rules = writeConfig(this.#folder, "some-rules", {
      groups: [{ name: "some", rules: [{ alert: "Watchdog", expr: "vector(1)" }] }],
    });
    const config = writeConfig(this.#folder, "prometheus", {
      global: { scrape_interval: "1s", evaluation_interval: "1s" },
      rule_files: [rules],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [local(alertmanager)] }] }] },
      remote_write: [{ url: "http://127.0.0.1:1/api/v1/write" }],
      scrape_configs: [{ job_name: "self", static_configs: [{ targets: [address] }] }],
    });
    const args = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(this.#folder, "prometheus")}`,
      `--web.listen-address=${address}`,
    ];
    await this.#start(program, args, `http://${address}/metrics`);
  }

  /** With a line that it takes and one that it refuses. */
  async #loki(program: string, port: number): Promise<void> {
    const data = join(this.#folder, "loki");
    const overrides = writeConfig(this.#folder, "loki-overrides", lokiOverrides(stack));
    const config = moved(lokiConfig(stack, overrides), {
      "/var/loki": data,
      "/etc/loki/rules": `${data}/rules`,
    });
    mkdirSync(join(data, "rules"), { recursive: true });
    const file = writeConfig(this.#folder, "loki", {
      ...config,
      server: {
        ...config.server,
        http_listen_address: "127.0.0.1",
        http_listen_port: port,
        grpc_listen_address: "127.0.0.1",
        grpc_listen_port: await freePort(),
      },
      common: { ...config.common, instance_addr: "127.0.0.1" },
      storage_config: { ...config.storage_config, object_store: { filesystem: { dir: `${data}/chunks` } } },
      schema_config: {
        configs: config.schema_config.configs.map((each) => ({ ...each, object_store: "filesystem" })),
      },
    });
    await this.#start(program, [`-config.file=${file}`], `http://${local(port)}/metrics`);
    const now = Date.now();
    const push = (time: number) =>
      fetch(`http://${local(port)}/loki/api/v1/push`, {
        method: "POST",
        headers: { "content-type": "application/json", "X-Scope-OrgID": tenant },
        body: JSON.stringify({
          streams: [{ stream: { service_name: "app" }, values: [[`${time}000000`, "line"]] }],
        }),
      });
    await waitUntil(async () => (await push(now)).ok, 60, 200);
    await push(now - 30 * 86_400_000);
  }

  /** With a block in its store, and a limit that the second batch of spans is beyond. */
  async #tempo(program: string, port: number, otlp: number): Promise<void> {
    const data = join(this.#folder, "tempo");
    const { [tenant]: limits } = tempoOverrides(stack);
    const overrides = writeConfig(this.#folder, "tempo-overrides", {
      overrides: {
        [tenant]: {
          ...limits,
          ingestion: {
            ...limits?.ingestion,
            rate_strategy: "local",
            rate_limit_bytes: 1,
            burst_size_bytes: 2000,
          },
        },
      },
    });
    const config = moved(tempoConfig(stack, overrides), { "/var/tempo": data });
    const file = writeConfig(this.#folder, "tempo", {
      ...config,
      server: {
        ...config.server,
        http_listen_address: "127.0.0.1",
        http_listen_port: port,
        grpc_listen_address: "127.0.0.1",
        grpc_listen_port: await freePort(),
      },
      distributor: {
        ...config.distributor,
        receivers: { otlp: { protocols: { http: { endpoint: local(otlp) } } } },
      },
      storage: {
        trace: {
          backend: "local",
          local: { path: `${data}/blocks` },
          wal: { path: `${data}/wal` },
          blocklist_poll: "1s",
        },
      },
    });
    await this.#start(program, [`-config.file=${file}`], `http://${local(port)}/metrics`);
    const push = (name: string) =>
      fetch(`http://${local(otlp)}/v1/traces`, {
        method: "POST",
        headers: { "content-type": "application/json", "X-Scope-OrgID": tenant },
        body: JSON.stringify(spans(name)),
      }).catch(() => ({ ok: false }));
    await waitUntil(async () => (await push("small")).ok, 60, 200);
    await fetch(`http://${local(port)}/flush`, { method: "POST" });
    await push("x".repeat(4000));
  }

  /** With a backend that refuses everything for good, a queue that has no room, and senders that may not send. */
  async #collector(program: string): Promise<void> {
    this.#refusing = createServer((_, response) => response.writeHead(400).end()).listen(0, "127.0.0.1");
    await once(this.#refusing, "listening");
    const { port: refusing } = this.#refusing.address() as { port: number };
    const ports = { otlp: await freePort(), metrics: await freePort() };
    const config = collectorConfig(stack);
    const exporters = Object.fromEntries(
      Object.entries(config.exporters).map(([name, settings]) => {
        if (!name.startsWith("otlp_")) return [name, settings];
        const noRoom = { sending_queue: { queue_size: 1, sizer: "bytes", batch: undefined } };
        return [
          name.replace("otlp_grpc", "otlp_http"),
          {
            ...settings,
            tls: undefined,
            endpoint: `http://${local(refusing)}`,
            ...(name.includes("-green") ? noRoom : {}),
          },
        ];
      }),
    );
    const text = JSON.stringify({ ...config, exporters })
      .replaceAll("otlp_grpc", "otlp_http")
      .replaceAll("0.0.0.0:4318", local(ports.otlp))
      .replaceAll('"host":"0.0.0.0","port":8888', `"host":"127.0.0.1","port":${ports.metrics}`)
      .replaceAll(config.extensions.file_storage.directory, join(this.#folder, "queue"));
    let elsewhere = text;
    for (const port of ["4317", "3500", "13133"])
      elsewhere = elsewhere.replaceAll(`0.0.0.0:${port}`, local(await freePort()));
    const file = writeConfig(this.#folder, "collector", JSON.parse(elsewhere) as object);
    await this.#start(
      program,
      [`--config=${file}`],
      `http://${local(ports.metrics)}/metrics`,
      /Everything is ready/,
    );
    const time = `${Date.now()}000000`;
    const payloads = {
      traces: spans("some"),
      metrics: {
        resourceMetrics: [
          {
            scopeMetrics: [
              { metrics: [{ name: "m", gauge: { dataPoints: [{ timeUnixNano: time, asInt: "1" }] } }] },
            ],
          },
        ],
      },
      logs: {
        resourceLogs: [
          { scopeLogs: [{ logRecords: [{ timeUnixNano: time, body: { stringValue: "line" } }] }] },
        ],
      },
    };
    for (const sender of [tenant, "green", "stranger"]) {
      for (const [signal, payload] of Object.entries(payloads)) {
        await fetch(`http://${local(ports.otlp)}/v1/${signal}`, {
          method: "POST",
          headers: { "content-type": "application/json", "X-Scope-OrgID": sender },
          body: JSON.stringify(payload),
        });
      }
    }
  }
}

/** A configuration with its folders elsewhere. */
const moved = <Config>(config: Config, folders: Record<string, string>): Config =>
  JSON.parse(
    Object.entries(folders).reduce(
      (text, [from, to]) => text.replaceAll(`"${from}`, `"${to}`),
      JSON.stringify(config),
    ),
  ) as Config;

function spans(name: string) {
  const time = `${Date.now()}000000`;
  const span = {
    traceId: "5b8efff798038103d269b633813fc60c",
    spanId: "eee19b7ec3c1b170",
    name,
    startTimeUnixNano: time,
    endTimeUnixNano: time,
  };
  return { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] };
}
