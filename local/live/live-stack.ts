import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ApiServer } from "../api-server.ts";
import type { Environment } from "../environment.ts";
import { Ports } from "../ports.ts";
import { Services } from "../processes.ts";
import { step } from "../progress.ts";
import { Configuration } from "./configuration.ts";
import { Deployed } from "./deployed.ts";
import type { Context, Program } from "./program.ts";
import { programs as allPrograms } from "./programs/index.ts";
import { applyReceivers } from "./receivers.ts";
import { silenceExpected } from "./silences.ts";

/** The outputs of a deployed stack that say where it is. */
export interface Outputs {
  namespace: string;
  /** In the order of the settings, which begin with the stack's own. */
  tenants: { id: string; tier: string }[];
  /** Names of the buckets by what they hold. */
  buckets: Record<string, string>;
}

/** The programs of a deployed stack as processes of this machine, each with the configuration that the stack holds. */
export class LiveStack {
  readonly #environment: Environment;
  readonly #stack: string;
  readonly #programs: readonly Program[];
  readonly #services: Services;
  readonly #ports: Ports;

  /** @param programs each after those that it starts after. */
  constructor(environment: Environment, stack: string, programs = allPrograms) {
    this.#environment = environment;
    this.#stack = stack;
    this.#programs = programs;
    this.#services = new Services(environment.stackFolder);
    this.#ports = new Ports(environment.stackFolder);
  }

  isStarted = (): boolean => this.#started().length > 0;

  /** The names of the programs that have ended though nobody stopped them. */
  ended = (): string[] => this.#started().filter((name) => !this.#services.running(name));

  logOf = (program: string): string => this.#services.logOf(program);

  stop = (): Promise<void> => this.#environment.stopPrograms(this.#started());

  /** Starts what does not run, and anew what runs with a configuration that has changed since. */
  start = (outputs: Outputs): Promise<void> =>
    step("Live stack", (show) => this.#environment.startPrograms(() => this.#start(outputs, show)));

  async #start(outputs: Outputs, show: (detail: string) => void): Promise<void> {
    // Those of all programs: what is configured names others even where they do not run.
    for (const { name, ports } of allPrograms) {
      for (const port of ports) await this.#claim(name, `${name}-${port}`);
    }
    const api = new ApiServer(this.#environment.controlPlane.kubeconfig);
    try {
      await applyReceivers(api, outputs.namespace, this.#url("desk-http"));
      const releases = join(this.#environment.folder, "releases", this.#stack);
      await this.#startAll(new Deployed({ stack: this.#stack, ...outputs, api, releases }), show);
      await silenceExpected(this.#url("alertmanager-http"), this.#url("prometheus-http"));
    } finally {
      await api.close();
    }
  }

  #started(): string[] {
    const started = this.#services.started();
    return this.#programs.map(({ name }) => name).filter((name) => started.includes(name));
  }

  /** A port is kept over restarts; while its program runs, the port is taken by it. */
  async #claim(program: string, port: string): Promise<void> {
    if (this.#services.running(program) && this.#ports.known(port) !== undefined) return;
    await this.#ports.claim(port);
  }

  /** Each as soon as those are ready that it starts after. */
  async #startAll(deployed: Deployed, show: (detail: string) => void): Promise<void> {
    const waiting = new Set(this.#programs.map(({ name }) => name));
    const ready = new Map<string, Promise<void>>();
    for (const program of this.#programs) {
      const start = async () => {
        await Promise.all(program.after.map((name) => ready.get(name)));
        await this.#startProgram(program, deployed);
        waiting.delete(program.name);
        const [next, ...others] = waiting;
        const more = others.length > 0 ? ` and ${others.length} more` : "";
        show(next ? `waiting for ${next}${more}` : `${ready.size} programs`);
      };
      ready.set(program.name, start());
    }
    const ends = await Promise.allSettled(ready.values());
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  async #startProgram(program: Program, deployed: Deployed): Promise<void> {
    const { name } = program;
    const configuration = new Configuration(this.#folder(name));
    const context: Context = {
      deployed,
      environment: this.#environment,
      kubeconfig: this.#environment.controlPlane.kubeconfig,
      port: this.#port,
      at: (port) => `127.0.0.1:${this.#port(port)}`,
      folder: this.#folder,
      write: (file, text) => configuration.write(file, text),
    };
    const command = await program.prepare(context);
    if (configuration.settle(command) || !this.#services.running(name)) {
      await this.#services.stop(name);
      await this.#services.start(name, command);
    }
    configuration.started();
  }

  #folder = (program: string): string => {
    const path = join(this.#environment.stackFolder, "live", program);
    mkdirSync(path, { recursive: true });
    return path;
  };

  #port = (name: string): number => {
    const port = this.#ports.known(name);
    if (port === undefined) throw new Error(`No program of the live stack has the port ${name}.`);
    return port;
  };

  #url = (port: string): string => `http://127.0.0.1:${this.#port(port)}`;
}
