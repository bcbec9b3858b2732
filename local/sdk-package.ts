import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "./errors.ts";
import { cacheFolder, repository } from "./folders.ts";
import { withLock } from "./lock.ts";
import { run } from "./run.ts";
import { keyOf, unfinished } from "./tools/cache.ts";

/** What the package is made of; the compiler's own version is in the lockfile. */
const sources = ["tsconfig.json", "package-lock.json", "sdk"];
const others = new Set(["dist", "node_modules", "test"]);

/** The files of a package's sources, by their paths below the repository. */
export function filesBelow(path: string): string[] {
  const folder = join(repository, path);
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !others.has(name))
    .flatMap((entry) => {
      const below = join(path, entry.name);
      return entry.isDirectory() ? filesBelow(below) : [below];
    })
    .sort();
}

/** The key of some files, which changes with their names and what is in them. */
export const keyOfFiles = (files: readonly string[]): string =>
  keyOf(files.flatMap((file) => [file, readFileSync(join(repository, file))]));

/**
 * The tarball of `@autoweave/observability` as its users get it, in the user's cache: packed once for what `sdk/` holds now. Throws a
 * UserError when it does not compile.
 */
export async function ensureSdkPackage(): Promise<string> {
  const files = sources.flatMap((source) => (source.includes(".") ? [source] : filesBelow(source)));
  const tarball = join(cacheFolder(), "sdk", `observability-${keyOfFiles(files)}.tgz`);
  if (existsSync(tarball)) return tarball;
  await withLock(`${tarball}.lock`, async () => {
    if (!existsSync(tarball)) await pack(files, tarball);
  });
  return tarball;
}

/** Packs a copy: the checkout stays as it is, whoever else builds there. */
async function pack(files: readonly string[], tarball: string): Promise<void> {
  const work = unfinished(tarball);
  rmSync(work, { recursive: true, force: true });
  for (const file of files) {
    mkdirSync(dirname(join(work, file)), { recursive: true });
    cpSync(join(repository, file), join(work, file));
  }
  symlinkSync(join(repository, "node_modules"), join(work, "node_modules"));
  try {
    const folder = join(work, "sdk");
    const { code, stdout, stderr } = await run("npm", ["pack", "--loglevel=error"], { cwd: folder });
    const made = readdirSync(folder).find((name) => name.endsWith(".tgz"));
    if (code !== 0 || !made)
      throw new UserError(
        `sdk/ cannot be packed:\n${stdout}${stderr}`.trimEnd(),
        "Repair what the compiler names in sdk/src.",
      );
    renameSync(join(folder, made), tarball);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
