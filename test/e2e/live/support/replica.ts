import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { ApiServer } from "../../../../local/api-server.ts";
import { withSettings } from "../../../../local/live/adapt.ts";
import { Configuration } from "../../../../local/live/configuration.ts";
import { Deployed } from "../../../../local/live/deployed.ts";
import type { Here } from "../../../../local/live/differences.ts";
import type { Outputs } from "../../../../local/live/live-stack.ts";
import type { Context, Program } from "../../../../local/live/program.ts";
import { Ports } from "../../../../local/ports.ts";
import { Services } from "../../../../local/processes.ts";
import { Pulumi } from "../../../../local/pulumi.ts";
import { freePort } from "../../../support/free-port.ts";
import type { Live } from "../../../support/live.ts";
import { temporaryFolder } from "../../../support/program.ts";

interface ReplicaOptions {
  /** Further arguments of its command. */
  args?: string[];
  /** Settings in which it differs from the program of the live stack, by path. */
  settings?: Record<string, Here>;
}

/** A further process of a program of the live stack: with what is deployed, in a folder and at ports of its own. */
export class Replica {
  readonly #program: Program;
  readonly #folder = temporaryFolder();
  readonly #services = new Services(this.#folder.path);
  readonly #ports = new Map<string, number>();

  private constructor(program: Program) {
    this.#program = program;
  }

  static async start(
    live: Live,
    program: Program,
    { args = [], settings = {} }: ReplicaOptions,
  ): Promise<Replica> {
    const replica = new Replica(program);
    for (const port of program.ports) replica.#ports.set(`${program.name}-${port}`, await freePort());
    const environment = live.commands.environment("dev");
    const outputs = new Pulumi(environment).state.outputs("dev") as unknown as Outputs;
    const { kubeconfig } = environment.controlPlane;
    const api = new ApiServer(kubeconfig);
    try {
      const releases = join(environment.folder, "releases", "dev");
      const deployed = new Deployed({ stack: "dev", ...outputs, api, releases });
      const context = replica.#context({ deployed, environment, kubeconfig }, settings);
      const command = await program.prepare(context);
      await replica.#services.start(program.name, { ...command, args: [...command.args, ...args] });
    } finally {
      await api.close();
    }
    return replica;
  }

  /** Where it listens. */
  url(port: string): string {
    return `http://127.0.0.1:${this.#ports.get(`${this.#program.name}-${port}`)}`;
  }

  /** Lets it hand over what it holds, and removes its folder. */
  async stop(): Promise<void> {
    await this.#services.stop(this.#program.name);
    this.#folder.remove();
  }

  #context(
    stack: Pick<Context, "deployed" | "environment" | "kubeconfig">,
    settings: Record<string, Here>,
  ): Context {
    const { name } = this.#program;
    const ports = new Ports(stack.environment.stackFolder);
    const folder = (program: string) => {
      const [root, path] =
        program === name ? [this.#folder.path, name] : [stack.environment.stackFolder, join("live", program)];
      mkdirSync(join(root, path), { recursive: true });
      return join(root, path);
    };
    const port = (of: string) => {
      const number = this.#ports.get(of) ?? ports.known(of);
      if (number === undefined) throw new Error(`no program of the live stack has the port ${of}`);
      return number;
    };
    const configuration = new Configuration(folder(name));
    const context: Context = {
      ...stack,
      folder,
      port,
      at: (of) => `127.0.0.1:${port(of)}`,
      write: (file, text) => configuration.write(file, file === `${name}.yaml` ? changed(text) : text),
    };
    const changed = (text: string) => stringify(withSettings(parse(text), settings, context));
    return context;
  }
}
