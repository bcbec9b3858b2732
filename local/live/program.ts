import type { Environment } from "../environment.ts";
import type { ServiceCommand } from "../processes.ts";
import type { Deployed } from "./deployed.ts";

/** What a program of the live stack finds on this machine. */
export interface Context {
  deployed: Deployed;
  environment: Pick<Environment, "folder" | "stackFolder">;
  /** The path of the kubeconfig of the embedded API server. */
  kubeconfig: string;
  /** A port of 127.0.0.1 by its program and use, e.g. `loki-http`. */
  port(name: string): number;
  /** `127.0.0.1:<port>` */
  at(name: string): string;
  /** The folder of a program's data, which stay over restarts. It exists. */
  folder(program: string): string;
  /** Writes a file of the program's configuration, readable by its owner only, and gives its path. */
  write(file: string, text: string): string;
}

/** One process of the live stack. */
export interface Program {
  /** Of its process, its log and its folder. */
  name: string;
  /** The programs that must be ready before it starts. */
  after: readonly string[];
  /** What its ports are for; everybody knows them as `<name>-<port>`. */
  ports: readonly string[];
  /** Writes its files and says how it is run; called when those that it starts after are ready. */
  prepare(context: Context): Promise<ServiceCommand>;
}

/** Whether a program answers `path` with a success. */
export const answers = async (url: string): Promise<boolean> =>
  (await fetch(url, { signal: AbortSignal.timeout(5000) })).ok;
