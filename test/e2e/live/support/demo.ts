import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FaultOrder, RunningFault } from "../../../../local/demo/fault-kinds.ts";
import { deployDemo } from "../../../../local/live/demo-app.ts";
import { postgresServer } from "../../../../local/live/postgres-server.ts";
import { answers } from "../../../../local/live/program.ts";
import { type ServiceCommand, Services, waitUntil } from "../../../../local/processes.ts";
import { Backend } from "../../../../sdk/test/support/backend.ts";
import { type Sample, samplesOf } from "../../../../sdk/test/support/metrics.ts";
import { plainAttributes, plainValue } from "../../../../sdk/test/support/otlp-decode.ts";
import type { LogRecord, Span } from "../../../../sdk/test/support/otlp-types.ts";
import { type Redis, startRedis } from "../../../../sdk/test/support/redis.ts";
import { freePort } from "../../../support/free-port.ts";
import { temporaryFolder } from "../../../support/program.ts";
import { writeWhole } from "../../../../local/files.ts";

export const tenants = [
  { id: "dev-tenant", apiKey: "key-of-dev-tenant", usbBus: 1 },
  { id: "acme", apiKey: "key-of-acme", usbBus: 2 },
  { id: "globex", apiKey: "key-of-globex", usbBus: 3 },
];

const controlKey = "key-of-control";

/** A device as the hub tells of it. */
interface Device {
  id: string;
  productId: number;
}

/** A span as the backend got it, with the service that it is of. */
export interface ReceivedSpan extends Span {
  service: unknown;
  of: Record<string, unknown>;
}

/** The sample app with everything that it needs, as processes of their own, and a backend that notes what it is sent. */
export class Demo {
  readonly #folder = temporaryFolder();
  readonly #services = new Services(this.#folder.path);
  #redis: Redis | undefined;
  #app = "";
  #database = 0;
  #hub = 0;
  #health = { hub: 0, worker: 0 };
  #backend: Backend | undefined;

  async startStores(): Promise<void> {
    this.#app = await deployDemo();
    this.#backend = await Backend.start();
    this.#redis = await startRedis();
    this.#database = await freePort();
    const folder = join(this.#folder.path, "postgresql");
    mkdirSync(folder, { recursive: true });
    const config = join(folder, "postgresql.conf");
    writeWhole(
      config,
      `listen_addresses = '127.0.0.1'\nport = ${this.#database}\nunix_socket_directories = ''\nfsync = off\n` +
        `hba_file = '${join(folder, "data", "pg_hba.conf")}'\n`,
    );
    const setup = join(folder, "setup.sql");
    writeWhole(setup, "CREATE ROLE memory LOGIN PASSWORD 'memory';\nCREATE DATABASE memory OWNER memory;\n");
    const server = await postgresServer({ folder, config, port: this.#database, setup });
    await this.#services.start("postgresql", server);
  }

  /** `wrapper`: the beginning of a command line that goes on with the hub's. */
  async startHub(env: Record<string, string> = {}, wrapper: readonly string[] = []): Promise<void> {
    this.#hub = await freePort();
    const tenantsFile = join(this.#folder.path, "tenants.json");
    const keyFile = join(this.#folder.path, "control-key");
    writeWhole(tenantsFile, JSON.stringify(tenants));
    writeWhole(keyFile, controlKey);
    await this.#start("hub", wrapper, {
      OTEL_METRICS_EXPORTER: "prometheus",
      PORT: String(this.#hub),
      TENANTS_FILE: tenantsFile,
      CONTROL_KEY_FILE: keyFile,
      SIMULATE_DEVICES: "true",
      AUTOWEAVE_MAX_MEMORY_USAGE: String(512 * 2 ** 20),
      ...env,
    });
  }

  startWorker = (): Promise<void> =>
    this.#start("worker", [], {
      OTEL_METRIC_EXPORT_INTERVAL: "500",
      DATABASE_URL: `postgresql://memory:memory@127.0.0.1:${this.#database}/memory`,
    });

  /** The clients, so many requests each second of each tenant. */
  startLoad = (perSecond: number): Promise<void> =>
    this.#services.start("load", {
      command: process.execPath,
      args: [join(this.#app, "load.ts")],
      env: {
        TENANTS_FILE: join(this.#folder.path, "tenants.json"),
        HUB_URL: `http://127.0.0.1:${this.#hub}`,
        LOAD_PER_SECOND: String(perSecond),
      },
      isReady: () => Promise.resolve(true),
    });

  stop = (name: "hub" | "worker" | "load"): Promise<void> => this.#services.stop(name);

  async end(): Promise<void> {
    for (const name of ["load", "hub", "worker", "postgresql"]) await this.#services.stop(name);
    await this.#redis?.stop();
    await this.#backend?.stop();
    this.#folder.remove();
  }

  get backend(): Backend {
    return this.#backend ?? assert.fail("the stores have not been started");
  }

  /** What a process has written besides its log lines. */
  complaints = (name: "hub" | "worker"): string[] =>
    readFileSync(this.#services.logOf(name), "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("{"));

  /** A request of a tenant's. */
  async ask(tenantId: string, method: string, path: string, body?: object): Promise<Response> {
    const { apiKey } = tenants.find(({ id }) => id === tenantId) ?? { apiKey: "nobody's" };
    return this.#send(method, path, apiKey, body);
  }

  async json<T>(tenantId: string, method: string, path: string, body?: object): Promise<T> {
    const response = await this.ask(tenantId, method, path, body);
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${await response.clone().text()}`);
    return (await response.json()) as T;
  }

  devices = (tenantId: string): Promise<Device[]> => this.json(tenantId, "GET", "/devices");

  async read(tenantId: string, productId: 1 | 2): Promise<Response> {
    const devices = await this.devices(tenantId);
    const device = devices.find((one) => one.productId === productId) ?? assert.fail("it is not plugged in");
    return this.ask(tenantId, "POST", `/devices/${device.id}/readings`);
  }

  graphql = (tenantId: string, query: string): Promise<{ data?: unknown; errors?: unknown }> =>
    this.json(tenantId, "POST", "/graphql", { query });

  control = (method: string, query = "", body?: object, key = controlKey): Promise<Response> =>
    this.#send(method, `/control/faults${query}`, key, body);

  async begin(order: Partial<FaultOrder>): Promise<RunningFault> {
    const response = await this.control("POST", "", order);
    assert.equal(response.status, 201, await response.clone().text());
    return (await response.json()) as RunningFault;
  }

  /** Runs `task` while something is wrong. */
  async during<T>(order: Partial<FaultOrder>, task: () => Promise<T>): Promise<T> {
    const { id } = await this.begin(order);
    try {
      return await task();
    } finally {
      await this.control("DELETE", `?id=${id}`);
    }
  }

  async isReady(of: "hub" | "worker"): Promise<boolean> {
    return answers(`http://127.0.0.1:${this.#health[of]}/ready`);
  }

  /** The metrics' page of a process. */
  async page(of: "hub" | "worker", accept = "text/plain"): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.#health[of]}/metrics`, { headers: { accept } });
  }

  samples = async (): Promise<Sample[]> => samplesOf(await (await this.page("hub")).text());

  /** The sum of the hub's series of these labels. */
  async total(name: string, labels: Record<string, string>): Promise<number> {
    return (await this.samples())
      .filter((sample) => sample.name === name && contains(sample.labels, labels))
      .reduce((sum, { value }) => sum + value, 0);
  }

  spans = (): ReceivedSpan[] =>
    this.backend.kept
      .filter(({ record }) => "traceId" in record && "kind" in record)
      .map(({ record, resource }) => ({
        ...(record as Span),
        service: plainAttributes(resource?.attributes ?? [])["service.name"],
        of: plainAttributes((record as Span).attributes),
      }));

  logs = (): (Record<string, unknown> & { text: string; traceId: string })[] =>
    this.backend.kept
      .filter(({ record }) => "severityNumber" in record)
      .map(({ record }) => record as LogRecord)
      .map((record) => ({
        ...plainAttributes(record.attributes),
        traceId: record.traceId,
        severity: record.severityText,
        text: String(plainValue(record.body)),
      }));

  async #send(method: string, path: string, key: string, body?: object): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.#hub}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  }

  async #start(
    name: "hub" | "worker",
    wrapper: readonly string[],
    env: Record<string, string>,
  ): Promise<void> {
    const port = await freePort();
    this.#health[name] = port;
    const [command = "", ...args] = [...wrapper, process.execPath, join(this.#app, `${name}.ts`)];
    const service: ServiceCommand = {
      command,
      args,
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: this.backend.url,
        AUTOWEAVE_LOKI_ENDPOINT: this.backend.url,
        AUTOWEAVE_TENANT_ID: "dev-tenant",
        AUTOWEAVE_ENVIRONMENT: "test",
        AUTOWEAVE_SAMPLING_RATE: "1",
        AUTOWEAVE_HEALTH_HOST: "127.0.0.1",
        AUTOWEAVE_HEALTH_PORT: String(port),
        OTEL_BSP_SCHEDULE_DELAY: "100",
        OTEL_BLRP_SCHEDULE_DELAY: "100",
        REDIS_URL: this.#redis?.connection.path ?? "",
        ...env,
      },
      isReady: () => this.isReady(name),
    };
    await this.#services.start(name, service);
  }
}

export const contains = (labels: Readonly<Record<string, string>>, part: Record<string, string>): boolean =>
  Object.entries(part).every(([name, value]) => labels[name] === value);

/** Waits until `look` finds something; fails with `what` otherwise. */
export async function comes<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  let found: T | undefined;
  await waitUntil(async () => (found = await look()) !== undefined, 30);
  return found ?? assert.fail(`${what} did not come`);
}
