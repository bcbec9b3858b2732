import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../../../local/folders.ts";
import { run } from "../../../local/run.ts";
import root from "../../../package.json" with { type: "json" };
import sdk from "../../package.json" with { type: "json" };
import ecosystem from "./ecosystem/package.json" with { type: "json" };

/** What the repository pins, wherever it does. */
const pins: Readonly<Record<string, string>> = {
  ...root.devDependencies,
  ...sdk.devDependencies,
  ...ecosystem.dependencies,
};

/** What every consumer that compiles TypeScript has. */
const compiling = ["@opentelemetry/api", "@types/express", "@types/node", "express", "typescript"];

/** As strict as TypeScript can be told to be about what an app writes. */
export const strictest = {
  module: "nodenext",
  target: "es2024",
  strict: true,
  noEmit: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  types: ["node"],
} as const;

interface Packed {
  filename: string;
  files: { path: string; mode: number }[];
  unpackedSize: number;
}

/** A folder of a user's with the package as it would be published. */
export interface Consumer {
  folder: string;
  packed: Packed;
  /** Runs a program of this machine in the folder. */
  run(command: string, args: string[], env?: NodeJS.ProcessEnv): ReturnType<typeof run>;
  remove(): void;
}

/**
 * Packs the SDK and installs the tarball in an empty folder, with what compiles an app and the packages named, in the versions
 * that the repository pins. Throws with npm's words when that fails.
 */
export async function installed(packages: readonly string[]): Promise<Consumer> {
  const dependencies = Object.fromEntries([...compiling, ...packages].map((name) => [name, pins[name]]));
  const folder = mkdtempSync(join(tmpdir(), "autoweave-consumer-"));
  const npm = async (args: string[], cwd: string) => {
    const { code, stdout, stderr } = await run("npm", args, { cwd });
    if (code !== 0) throw new Error(`npm ${args.join(" ")} failed:\n${stderr}`);
    return stdout;
  };
  const said = await npm(["pack", "--json", "--pack-destination", folder], join(repository, "sdk"));
  const packed = Object.values(JSON.parse(said.slice(said.search(/^[[{]/m))) as Record<string, Packed>)[0];
  if (!packed) throw new Error(`npm pack said nothing of a package:\n${said}`);
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({
      private: true,
      type: "module",
      dependencies: { "@autoweave/observability": `file:${packed.filename}`, ...dependencies },
    }),
  );
  await npm(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], folder);
  return {
    folder,
    packed,
    run: (command, args, env = {}) => run(command, args, { cwd: folder, env }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The TypeScript of a document, one text for each fenced block, in order. */
export const snippetsOf = (document: string): string[] =>
  [...readFileSync(document, "utf8").matchAll(/^```(?:ts|typescript)\n(.*?)^```$/gms)].map(
    ([, code]) => code ?? "",
  );

/** Writes files below `folder`. */
export function write(folder: string, files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    if (!existsSync(join(file, ".."))) mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, content);
  }
}
