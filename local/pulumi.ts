import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { crdsOf } from "./crds.ts";
import type { Environment } from "./environment.ts";
import { explain, UserError } from "./errors.ts";
import { writeWhole } from "./files.ts";
import { endOrphans, endOwnOffspring, guardOffspring, offspringMark } from "./offspring.ts";
import { waitUntil } from "./processes.ts";
import { say } from "./progress.ts";
import { Project, requireStack } from "./project.ts";
import { type Finished, run } from "./run.ts";
import { State } from "./state.ts";
import { ensureTools } from "./tools/build.ts";

const projectName = "autoweave-observability";
/** How long an update that was orphaned by a killed command may take to notice it. */
const orphanSeconds = 30;

/** The Pulumi CLI with the backend, the secrets, the settings and the providers of an embedded environment. */
export class Pulumi {
  readonly state: State;
  readonly #environment: Environment;
  readonly #folder: string;
  readonly #project: Project;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#folder = environment.folder;
    this.#project = new Project(this.#folder);
    this.state = new State(join(this.#folder, "state"), projectName);
  }

  /** Runs the CLI to its end and keeps what it says. */
  async ask(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
    const { command, options } = await this.#invocation(env);
    return run(command, args, options);
  }

  /** Runs the CLI on this terminal. */
  async show(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
    const { command, options } = await this.#invocation(env);
    return exitCodeOf(spawn(command, args, { ...options, stdio: "inherit" }));
  }

  /**
   * Runs `task` with the environment that gives the CLI this environment's cluster, cloud and providers, which live as
   * long as the task. The environment must run.
   */
  async withProviders<T>(stack: string, task: (env: NodeJS.ProcessEnv) => Promise<T>): Promise<T> {
    const { aws } = this.#environment;
    const { kubeconfig } = this.#environment.controlPlane;
    const chartsDir = process.env["HELM_CHARTS_DIR"];
    if (chartsDir && !existsSync(chartsDir)) {
      throw new UserError(
        `HELM_CHARTS_DIR names ${chartsDir}, which does not exist.`,
        "Name a folder that holds a folder per chart, or unset HELM_CHARTS_DIR to use the charts' repositories.",
      );
    }
    // Heavy to load, and of no use to commands such as `stack export`.
    const { startProviders } = await import("./providers/index.ts");
    const providers = await startProviders({
      kubeconfig,
      aws,
      helm: async () => (await ensureTools(["helm"])).helm,
      ...(chartsDir ? { chartsDir } : {}),
      releasesDir: join(this.#folder, "releases", stack),
      crds: crdsOf,
    });
    guardOffspring();
    try {
      return await task({
        PULUMI_DEBUG_PROVIDERS: providers.debugProviders,
        KUBECONFIG: kubeconfig,
        AWS_ENDPOINT_URL: aws.endpoint,
        AWS_ACCESS_KEY_ID: aws.accessKeyId,
        AWS_SECRET_ACCESS_KEY: aws.secretAccessKey,
        AUTOWEAVE_STACK_FILE: this.#project.settingsOf(stack),
      });
    } finally {
      await providers.close();
      endOwnOffspring();
    }
  }

  /** Makes the stack when it is missing, and ends what a killed command left running. */
  async prepareStack(stack: string): Promise<void> {
    requireStack(stack);
    if (!this.state.has(stack)) {
      const { code, stderr } = await this.ask(["stack", "init", stack, "--non-interactive"]);
      if (code !== 0) throw failure(`The stack ${stack} could not be made`, stderr);
    }
    endOrphans();
    await this.#awaitUnlocked(stack);
  }

  async #awaitUnlocked(stack: string): Promise<void> {
    const [holder] = this.state.lockHolders(stack);
    if (holder === undefined) return;
    say(`… Waiting for process ${holder}, which updates ${stack}`);
    if (await waitUntil(() => this.state.lockHolders(stack).length === 0, orphanSeconds, 200)) return;
    throw new UserError(
      `Process ${holder} is updating ${stack}.`,
      "Wait until it has ended, or stop it, and run the command again.",
    );
  }

  async #invocation(env: NodeJS.ProcessEnv) {
    const tools = await ensureTools(["pulumi", "pulumi-language-nodejs"]);
    this.#project.refresh();
    mkdirSync(this.state.folder, { recursive: true });
    const path = [dirname(tools["pulumi-language-nodejs"]), process.env["PATH"]].join(delimiter);
    const settings: NodeJS.ProcessEnv = {
      ...offspringMark(),
      PATH: path,
      PULUMI_HOME: join(this.#folder, "pulumi"),
      PULUMI_BACKEND_URL: `file://${this.state.folder}`,
      PULUMI_CONFIG_PASSPHRASE: undefined,
      PULUMI_CONFIG_PASSPHRASE_FILE: this.#passphraseFile(),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Offers --event-log, from which the progress is told.
      PULUMI_DEBUG_COMMANDS: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
    return {
      command: tools.pulumi,
      options: { cwd: this.#project.folder, env: { ...process.env, ...settings, ...env } },
    };
  }

  /** The file with the passphrase of every stack's secrets, made at the first use. */
  #passphraseFile(): string {
    const path = join(this.#folder, "passphrase");
    // A random passphrase gives nothing away by its hash.
    const check = join(this.#folder, "passphrase.sha256");
    if (!existsSync(check)) {
      const passphrase = randomBytes(24).toString("base64url");
      writeWhole(path, passphrase, 0o600);
      writeWhole(check, sha256(passphrase));
    }
    if (existsSync(path) && sha256(readFileSync(path, "utf8")) === readFileSync(check, "utf8")) return path;
    throw new UserError(
      `The passphrase in ${path} is not the one that opens the stacks' secrets.`,
      `Put the former one back, or delete ${this.#folder} to begin anew (after \`npm stop\`).`,
    );
  }
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const exitCodeOf = (child: ChildProcess): Promise<number> =>
  new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => done(code ?? 1));
  });

/** A failure of the CLI as an error for the user. */
export function failure(what: string, output: string): UserError {
  return (
    explain(output, "pulumi") ??
    new UserError(
      `${what}:\n${output.trim()}`,
      "Repair what the message names and run the command again: it continues.",
    )
  );
}
