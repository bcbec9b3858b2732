import { spawn } from "node:child_process";

export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Gets standard error as it comes, for progress. */
  onStderr?: (text: string) => void;
}

/** Runs a program to its end and keeps what it says. Rejects only when it cannot be started. */
export const run = (command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> =>
  new Promise((done, fail) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => {
      err.push(chunk);
      options.onStderr?.(String(chunk));
    });
    child.once("error", fail);
    child.once("close", (code) =>
      done({ code: code ?? 1, stdout: String(Buffer.concat(out)), stderr: String(Buffer.concat(err)) }),
    );
  });
