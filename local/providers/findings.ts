import { appendFile, mkdir } from "node:fs/promises";
import path from "node:path";
import type { EngineLog } from "./engine-log.ts";

/** One line of `warnings.jsonl`: an object that the API server refused, or took with a warning. */
export interface Finding {
  kind: "warning" | "rejected";
  urn: string;
  /** `namespace/name` with the kind in front, or the Helm release. */
  object: string;
  message: string;
  preview: boolean;
}

/** Keeps what the API server found fault with, for the user (the engine's log) and for tools (JSON lines). */
export class Findings {
  readonly #file: string;
  readonly #log: EngineLog;

  constructor(file: string, log: EngineLog) {
    this.#file = file;
    this.#log = log;
  }

  async add(finding: Finding): Promise<void> {
    await mkdir(path.dirname(this.#file), { recursive: true });
    await appendFile(this.#file, `${JSON.stringify({ time: new Date().toISOString(), ...finding })}\n`);
    // A rejection fails the operation, and the engine prints its error.
    if (finding.kind === "warning") {
      await this.#log.write("WARNING", finding.urn, `${finding.object}: ${finding.message}`);
    }
  }

  /** Something worth knowing that is no fault. */
  async note(urn: string, message: string): Promise<void> {
    await this.#log.write("INFO", urn, message);
  }
}
