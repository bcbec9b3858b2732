import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";

/** A folder of its own for a test, and its removal. */
export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), "autoweave-test-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Writes a program's configuration as YAML and gives the file's path. */
export function writeConfig(folder: string, name: string, config: object): string {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, stringify(config));
  return path;
}

/** Runs a program to its end: its exit code, and what it said on both channels. */
export const outcome = (program: string, args: string[], env: NodeJS.ProcessEnv = {}) =>
  new Promise<{ code: number | string; said: string }>((done) => {
    execFile(
      program,
      args,
      { maxBuffer: 2 ** 25, env: { ...process.env, ...env } },
      (error, stdout, stderr) => done({ code: error ? (error.code ?? 1) : 0, said: `${stdout}${stderr}` }),
    );
  });

/** Starts a program and waits until it says `ready`. Throws with its last words when it ends before. */
export async function startProgram(
  program: string,
  args: string[],
  ready: RegExp,
  env: NodeJS.ProcessEnv = {},
): Promise<ChildProcess> {
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  let said = "";
  await new Promise<void>((done, fail) => {
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      if (ready.test(said)) done();
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`${program} ended with ${code}:\n${said.slice(-2000)}`)));
  });
  return child;
}

export async function stopProgram(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}
