import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An app in a process of its own. */
export class App {
  readonly process: ChildProcess;
  readonly ended: Promise<Ending>;
  stdout = "";
  stderr = "";

  constructor(child: ChildProcess, ended: Promise<unknown>) {
    this.process = child;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    this.ended = ended.then(() => {
      const { exitCode: code, signalCode: signal } = child;
      return { code, signal, stdout: this.stdout, stderr: this.stderr };
    });
  }

  /** From now on, what it writes is read. */
  read(): this {
    this.process.stdout?.setEncoding("utf8").on("data", (text: string) => (this.stdout += text));
    return this;
  }

  /** Resolves when it has said so on stderr; rejects when it ends before. */
  async says(text: string): Promise<void> {
    const { stderr } = this.process;
    while (!this.stderr.includes(text)) {
      const ended = await Promise.race([this.ended, stderr && once(stderr, "data").then(() => undefined)]);
      if (ended && !this.stderr.includes(text))
        throw new Error(`it ended without saying "${text}": ${this.stderr}`);
    }
  }
}

/** Where the SDK's source is, for imports of apps. */
export const source = new URL("../../src/", import.meta.url).href;

/** Runs `code`, an ES module of TypeScript (or CommonJS when `extension` is `cjs`), by this Node. It is killed after 30 s. */
export async function startApp(
  code: string,
  { extension = "ts", modules = {}, args = [], stdio = ["ignore", "pipe", "pipe"] }: StartOptions = {},
): Promise<App> {
  const folder = await mkdtemp(join(tmpdir(), "app-"));
  const file = join(folder, `app.${extension}`);
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  await writeFile(file, code);
  for (const [name, module] of Object.entries(modules)) await writeFile(join(folder, name), module);
  const child = spawn(process.execPath, [...args, file], { stdio, timeout: 30_000, killSignal: "SIGKILL" });
  const ended = once(child, "close").finally(() => rm(folder, { recursive: true }));
  return new App(child, ended);
}

interface StartOptions {
  readonly extension?: "ts" | "cjs";
  /** Modules beside it, by their file names. */
  readonly modules?: Readonly<Record<string, string>>;
  /** Node's own, before the file. */
  readonly args?: readonly string[];
  readonly stdio?: StdioOptions;
}
