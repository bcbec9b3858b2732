import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { readJson, writeWhole } from "../files.ts";
import type { ServiceCommand } from "../processes.ts";

interface Note {
  /** Of the command and the files that the program was started with; none while that is under way. */
  digest?: string;
  files: string[];
}

/** The files that configure a program, and whether they are those that it was started with. */
export class Configuration {
  readonly #folder: string;
  readonly #texts = new Map<string, string>();
  #digest = "";

  /** @param folder the program's own. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes a file, readable by its owner only, and gives its path. */
  write(name: string, text: string): string {
    const path = join(this.#folder, name);
    writeWhole(path, text, 0o600);
    this.#texts.set(name, text);
    return path;
  }

  /** Removes the files that only the former configuration had; gives whether the program has to be started anew. */
  settle({ command, args, env }: ServiceCommand): boolean {
    const before = readJson<Note>(this.#notePath) ?? { files: [] };
    for (const file of before.files) {
      if (!this.#texts.has(file)) rmSync(join(this.#folder, file), { force: true });
    }
    const content = JSON.stringify([command, args, env, [...this.#texts]]);
    this.#digest = createHash("sha256").update(content).digest("hex");
    this.#note({});
    return before.digest !== this.#digest;
  }

  /** Notes that the program runs with what was settled. */
  started(): void {
    this.#note({ digest: this.#digest });
  }

  get #notePath(): string {
    return join(this.#folder, "configuration.json");
  }

  #note(note: Pick<Note, "digest">): void {
    const files = [...this.#texts.keys()];
    writeWhole(this.#notePath, JSON.stringify({ ...note, files } satisfies Note), 0o600);
  }
}
