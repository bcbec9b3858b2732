import { spawn } from "node:child_process";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { environmentFolder, repository } from "../../../local/folders.ts";
import { commandLineOf, markedProcesses } from "../../../local/processes.ts";

export interface Ran {
  stdout: string;
  seconds: number;
}

/** What of a command is killed: npm and all that came of it, npm alone, or the Pulumi CLI that it runs. */
export type Victim = "all" | "npm" | "pulumi";

interface CommandOptions {
  env?: NodeJS.ProcessEnv;
  /** Kills the command in the middle. What of it is not there at that moment is not killed. */
  kill?: { victim: Victim; afterSeconds: number };
}

/**
 * Runs an npm script as a user would, e.g. `npm("preview", ["dev", "--json"])`.
 * @throws Error with what it said when it fails without having been killed
 */
export async function npm(
  script: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Ran> {
  const since = performance.now();
  const child = spawn("npm", ["run", "--silent", script, "--", ...args], {
    cwd: repository,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    // A process group of its own, so that it can be killed as a whole.
    detached: true,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += String(chunk)));
  child.stderr.on("data", (chunk: Buffer) => (stderr += String(chunk)));
  const ended = new Promise<number>((done, fail) => {
    child.once("error", fail);
    // What outlives it may hold its output open: `exit`, not `close`.
    child.once("exit", (code) => done(code ?? -1));
  });
  let killed = false;
  const cut = new AbortController();
  const { kill } = options;
  if (kill) {
    delay(kill.afterSeconds * 1000, undefined, { signal: cut.signal }).then(
      () => {
        killed = true;
        for (const pid of pidsOf(kill.victim, child.pid as number)) process.kill(pid, "SIGKILL");
      },
      () => undefined,
    );
  }
  const code = await ended;
  cut.abort();
  const seconds = (performance.now() - since) / 1000;
  if (code !== 0 && !killed)
    throw new Error(`npm run ${script} ${args.join(" ")} failed (${code}):\n${stderr || stdout}`);
  return { stdout, seconds };
}

/** Negative for a whole process group. */
function pidsOf(victim: Victim, npmPid: number): number[] {
  if (victim === "all") return [-npmPid];
  if (victim === "npm") return [npmPid];
  const folder = environmentFolder();
  return markedProcesses("PULUMI_HOME")
    .filter(({ pid, mark }) => mark.startsWith(`${folder}/`) && /^\S*\/pulumi /.test(commandLineOf(pid)))
    .map(({ pid }) => pid);
}
