import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Environment } from "../../local/environment.ts";
import { repository } from "../../local/folders.ts";
import { type Finished, run } from "../../local/run.ts";
import { temporaryFolder } from "./program.ts";

/** A proxy that refuses every connection: no chart repository answers, whatever network this machine has. */
const offline: NodeJS.ProcessEnv = {
  NODE_USE_ENV_PROXY: "1",
  HTTPS_PROXY: "http://127.0.0.1:9",
  NO_PROXY: "127.0.0.1,localhost",
};

/** Starts an embedded environment without the lines that a command tells its user. */
export async function startQuietly({ controlPlane, cloud }: Environment): Promise<void> {
  await controlPlane.start();
  await cloud.start();
}

/** The commands of the repository on an embedded environment of a test's own, run as a user runs them. */
export class Commands {
  readonly folder: string;
  readonly #temporary = temporaryFolder();
  readonly #env: NodeJS.ProcessEnv;

  /** @param chartsDir folder of the charts that are installed. Default: none can be had, and releases are recorded. */
  constructor(chartsDir?: string) {
    this.folder = this.#temporary.path;
    this.#env = { ...offline, AUTOWEAVE_ENVIRONMENT_DIR: this.folder, HELM_CHARTS_DIR: chartsDir };
  }

  /** The outcome of `npm run SCRIPT -- ARGS`. */
  run(script: string, ...args: string[]): Promise<Finished> {
    return run("npm", ["run", "--silent", script, "--", ...args], { cwd: repository, env: this.#env });
  }

  /** What a command says to the user that has to succeed. */
  async succeed(script: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(script, ...args);
    if (code === 0) return stdout + stderr;
    throw new Error(`npm run ${script} ${args.join(" ")} failed (${code}):\n${stderr}${stdout}`);
  }

  /** What a command says to the user that has to fail. */
  async fail(script: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(script, ...args);
    if (code !== 0) return stdout + stderr;
    throw new Error(`npm run ${script} ${args.join(" ")} succeeded:\n${stderr}${stdout}`);
  }

  environment(stack: string): Environment {
    return new Environment(stack, this.folder);
  }

  /** What the API server refused, or took with a warning, in all that ran. */
  findings(): string[] {
    const file = join(this.folder, "releases", "warnings.jsonl");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  }

  async end(): Promise<void> {
    for (const environment of Environment.all(this.folder)) await environment.stop();
    this.#temporary.remove();
  }
}
