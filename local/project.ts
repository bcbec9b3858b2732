import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse, stringify } from "yaml";
import { UserError } from "./errors.ts";
import { writeWhole } from "./files.ts";
import { repository } from "./folders.ts";
import { withReceivers } from "./live/receivers.ts";
import { merge, type Setting, withoutSecrets } from "./merge.ts";
import { say } from "./progress.ts";

interface StackFile {
  config?: Setting;
  [key: string]: Setting;
}

const stackFile = (folder: string, stack: string): string => join(folder, `Pulumi.${stack}.yaml`);

const read = (path: string): StackFile =>
  existsSync(path) ? ((parse(readFileSync(path, "utf8")) as StackFile | null) ?? {}) : {};

/** The stacks that the repository has settings for. */
export function stackNames(folder = repository): string[] {
  return readdirSync(folder).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
}

export function requireStack(stack: string): void {
  const names = stackNames();
  if (names.includes(stack)) return;
  throw new UserError(
    `There is no stack ${stack}: it has no Pulumi.${stack}.yaml.`,
    `Name one of: ${names.join(", ")}.`,
  );
}

/**
 * Pulumi's project folder of the embedded environment: the program is the repository's, the settings are copies, so
 * that nothing is ever written to the repository's own.
 */
export class Project {
  readonly folder: string;
  readonly #base: string;

  constructor(environment: string) {
    this.folder = join(environment, "project");
    this.#base = join(environment, "project", "taken-over");
  }

  settingsOf = (stack: string): string => stackFile(this.folder, stack);

  /** Takes over the repository's project and, of each stack's settings, what has changed there since the last time. */
  refresh(): void {
    const project = parse(readFileSync(join(repository, "Pulumi.yaml"), "utf8")) as { main: string };
    writeWhole(
      join(this.folder, "Pulumi.yaml"),
      stringify({ ...project, main: join(repository, project.main) }),
    );
    for (const stack of stackNames()) this.#refreshSettings(stack);
  }

  #refreshSettings(stack: string): void {
    const { plain, secrets } = withoutSecrets(read(stackFile(repository, stack)).config);
    const theirs = withReceivers(plain);
    const basePath = stackFile(this.#base, stack);
    const known = existsSync(basePath) && existsSync(this.settingsOf(stack));
    const base = known ? read(basePath) : {};
    const takenOver = { config: theirs, secrets };
    if (known && isDeepStrictEqual(base, takenOver)) return;
    if (secrets.length > 0) {
      say(`Left out of ${stack}, being encrypted for its real environment: ${secrets.join(", ")}`);
    }
    const mine = read(this.settingsOf(stack));
    const config = merge(base.config, theirs, mine.config);
    writeWhole(this.settingsOf(stack), stringify({ ...mine, config }), 0o600);
    writeWhole(basePath, stringify(takenOver));
  }
}
