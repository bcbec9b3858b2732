import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Environment } from "../../../local/environment.ts";
import { LiveStack, type Outputs } from "../../../local/live/live-stack.ts";
import { programs } from "../../../local/live/programs/index.ts";
import { Ports } from "../../../local/ports.ts";
import { Services } from "../../../local/processes.ts";
import { Pulumi } from "../../../local/pulumi.ts";
import { npm } from "../support/command.ts";
import { objectsOf } from "./disk.ts";
import type { Target } from "./load.ts";

/** The stack that is put under load. */
export const stackName = "dev";

/** The programs on telemetry's way; the others would only take the cores from them. */
const onTheWay = [
  "object-store",
  "prometheus-operator",
  "alertmanager",
  "long-term-prometheus",
  "prometheus",
  "loki",
  "tempo",
  "prom-label-proxy",
  "collector",
  "gateway",
];

/** What is handed over is complete when the buckets have not grown for so long. */
const handOverQuietMs = 5_000;
const handOverMs = 120_000;

interface Status {
  tenants: { id: string; tokenFile: string }[];
}

/** The deployed dev stack in an environment of its own, and those of its programs that run. */
export class BenchStack {
  readonly environment: Environment;
  readonly #folder: string;
  readonly #live: LiveStack;
  readonly #services: Services;

  private constructor(folder: string) {
    this.#folder = folder;
    this.environment = new Environment(stackName, folder);
    const some = programs.filter(({ name }) => onTheWay.includes(name));
    this.#live = new LiveStack(this.environment, stackName, some);
    this.#services = new Services(this.environment.stackFolder);
  }

  static async start(): Promise<BenchStack> {
    const folder = mkdtempSync(join(tmpdir(), "bench-live-"));
    process.env["AUTOWEAVE_ENVIRONMENT_DIR"] = folder;
    const stack = new BenchStack(folder);
    try {
      await npm("start", ["--stack", stackName, "--no-live"]);
      await stack.#live.start(stack.#outputs);
      return stack;
    } catch (error) {
      await stack.remove();
      throw error;
    }
  }

  /** The address of a program's own port, behind the gateway. */
  url = (port: string): string => {
    const number = new Ports(this.environment.stackFolder).known(port);
    if (number === undefined) throw new Error(`No program of the live stack has the port ${port}.`);
    return `http://127.0.0.1:${number}`;
  };

  async target(seriesPerApp: number): Promise<Target> {
    const { stdout } = await npm("status", ["--stack", stackName, "--json"]);
    const { tenants } = JSON.parse(stdout) as Status;
    return {
      otlp: this.url("gateway-otlp-http"),
      loki: this.url("gateway-loki"),
      tenants: tenants.map(({ id, tokenFile }) => ({ id, token: readFileSync(tokenFile, "utf8") })),
      seriesPerApp,
    };
  }

  /** The processes of the environment by their programs, those of the embedded cluster and cloud among them. */
  processes(): { name: string; pid: number }[] {
    return this.#services.states().map(({ name, pid }) => ({ name, pid }));
  }

  /** The folder of a program's data. */
  dataOf = (program: string): string => join(this.environment.stackFolder, "live", program);

  /** The folder that holds the objects of a bucket, e.g. of `traces`. */
  bucketOf = (purpose: string): string =>
    join(this.dataOf("object-store"), "buckets", this.#outputs.buckets[purpose] ?? purpose);

  /** Has Tempo and Loki write to the buckets what they hold, and ends the programs. */
  async handOver(): Promise<void> {
    for (const port of ["tempo-http", "loki-http"]) {
      const response = await fetch(`${this.url(port)}/flush`, { method: "POST" });
      if (!response.ok)
        throw new Error(`${port} does not flush: ${response.status} ${await response.text()}`);
    }
    let [before, now] = [NaN, this.#objects()];
    for (const end = Date.now() + handOverMs; before !== now && Date.now() < end;) {
      await sleep(handOverQuietMs);
      [before, now] = [now, this.#objects()];
    }
    await this.#live.stop();
  }

  #objects = (): number => objectsOf(this.bucketOf("traces")).bytes + objectsOf(this.bucketOf("logs")).bytes;

  async remove(): Promise<void> {
    await this.environment.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #outputs(): Outputs {
    return new Pulumi(this.environment).state.outputs(stackName) as unknown as Outputs;
  }
}
