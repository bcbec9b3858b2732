import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ApiServer } from "../../local/api-server.ts";
import { LiveStack, type Outputs } from "../../local/live/live-stack.ts";
import type { Program } from "../../local/live/program.ts";
import { Ports } from "../../local/ports.ts";
import { isRunning, type ProcessRecord, waitUntil } from "../../local/processes.ts";
import { Pulumi } from "../../local/pulumi.ts";
import { Commands } from "./commands.ts";

interface Status {
  namespace: string;
  endpoints: Record<string, string>;
  tenants: { id: string; tier: string; tokenFile: string }[];
}

/** A notification as the desk tells of it. */
export interface Notified {
  /** Milliseconds since 1970. */
  receivedAt: number;
  /** `default`, `critical`, `premium`, `escalation`, `dead-mans-switch`. */
  role: string;
  channel: "webhook" | "mail";
  status: "firing" | "resolved";
  alerts: {
    status: "firing" | "resolved";
    labels: Record<string, string>;
    annotations: Record<string, string>;
    startsAt: string;
    endsAt: string;
  }[];
  text: string;
}

export interface Sample {
  metric: Record<string, string>;
  value: [seconds: number, value: string];
}

/** The live stack of dev as `npm start` brings it up, and what a tenant and an operator can ask of it. */
export class Live {
  readonly commands = new Commands();
  #status: Status | undefined;

  async start(): Promise<void> {
    await this.commands.succeed("start");
    await this.#readStatus();
  }

  /** Deploys, and starts some programs only. */
  async startOnly(programs: readonly Program[]): Promise<void> {
    await this.commands.succeed("start", "--no-live");
    await this.run(programs);
    await this.#readStatus();
  }

  /** Starts those of the programs that do not run, or run with another configuration. */
  run(programs: readonly Program[]): Promise<void> {
    const environment = this.commands.environment("dev");
    const outputs = new Pulumi(environment).state.outputs("dev") as unknown as Outputs;
    return new LiveStack(environment, "dev", programs).start(outputs);
  }

  /** Ends a program without a warning, with the processes that it has started: as one that runs in a container ends. */
  async kill(program: string): Promise<void> {
    const { stackFolder } = this.commands.environment("dev");
    const file = join(stackFolder, "processes", `${program}.json`);
    const record = JSON.parse(readFileSync(file, "utf8")) as ProcessRecord;
    assert.ok(isRunning(record), `${program} does not run`);
    process.kill(-record.pid, "SIGKILL");
    assert.ok(await waitUntil(() => !isRunning(record), 10, 5), `${program} does not end`);
  }

  /** What a program has said since it was started. */
  logOf = (program: string): string =>
    readFileSync(join(this.commands.environment("dev").stackFolder, "logs", `${program}.log`), "utf8");

  get status(): Status {
    return this.#status ?? assert.fail("the live stack has not been started");
  }

  get tenants(): string[] {
    return this.status.tenants.map(({ id }) => id);
  }

  endpoint = (name: string): string => this.status.endpoints[name] ?? assert.fail(`no endpoint ${name}`);

  /** The address of a program's own port, behind the gateway: an operator's way in. */
  direct = (port: string): string => {
    const ports = new Ports(this.commands.environment("dev").stackFolder);
    return `http://127.0.0.1:${ports.known(port) ?? assert.fail(`no port ${port}`)}`;
  };

  token(tenant: string): string {
    const { tokenFile } =
      this.status.tenants.find(({ id }) => id === tenant) ?? assert.fail(`no tenant ${tenant}`);
    return readFileSync(tokenFile, "utf8");
  }

  /** The token of one of AutoWeave's own services. */
  async serviceToken(service: string): Promise<string> {
    const api = new ApiServer(this.commands.environment("dev").controlPlane.kubeconfig);
    const label = encodeURIComponent(`autoweave.com/service=${service}`);
    const [secret] = await api
      .list<{ data: { token: string } }>(
        `/api/v1/namespaces/${this.status.namespace}/secrets?labelSelector=${label}`,
      )
      .finally(() => api.close());
    return Buffer.from(secret?.data.token ?? assert.fail(`no service ${service}`), "base64").toString();
  }

  /** The answer of one of the gateway's endpoints to a tenant. */
  async ask<T>(
    tenant: string,
    endpoint: string,
    path: string,
    parameters: Record<string, string> = {},
  ): Promise<T> {
    const response = await fetch(`${this.endpoint(endpoint)}${path}?${new URLSearchParams(parameters)}`, {
      headers: { authorization: `Bearer ${this.token(tenant)}` },
    });
    assert.ok(response.ok, `${endpoint}${path}: ${response.status} ${await response.clone().text()}`);
    return (await response.json()) as T;
  }

  /** What Prometheus itself, which knows every tenant, says now. */
  async query(query: string, port = "prometheus-http"): Promise<Sample[]> {
    const response = await fetch(`${this.direct(port)}/api/v1/query?${new URLSearchParams({ query })}`);
    const { data, error } = (await response.json()) as { data?: { result: Sample[] }; error?: string };
    return data?.result ?? assert.fail(`${query}: ${error}`);
  }

  async #readStatus(): Promise<void> {
    this.#status = JSON.parse(await this.commands.succeed("status", "--json")) as Status;
  }

  /** What Alertmanager has sent since a time (milliseconds since 1970). */
  async notified(since = 0): Promise<Notified[]> {
    const response = await fetch(`${this.direct("desk-http")}/alerts.json?since=${since}`);
    assert.ok(response.ok, await response.clone().text());
    return (await response.json()) as Notified[];
  }
}

/** The first result of `look` that is not undefined; fails with `what` when there is none within the time. */
export async function eventually<T>(
  what: string,
  timeoutSeconds: number,
  look: () => Promise<T | undefined>,
  everyMilliseconds = 250,
): Promise<T> {
  let found: T | undefined;
  await waitUntil(
    async () => {
      found = await look();
      return found !== undefined;
    },
    timeoutSeconds,
    everyMilliseconds,
  );
  return found ?? assert.fail(`${what} within ${timeoutSeconds} s`);
}

let shared: { live: Live; started: Promise<void> } | undefined;

/** The live stack that all tests of a run share: they leave it as they find it. */
export async function sharedLive(): Promise<Live> {
  if (!shared) {
    const live = new Live();
    shared = { live, started: live.start() };
  }
  await shared.started;
  return shared.live;
}

// Of the whole run, not of one file: registered where the first test file imports this.
after(async function () {
  this.timeout(60_000);
  await shared?.live.commands.end();
});
