import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { explain, UserError } from "./errors.ts";
import { requireFreeSpace } from "./files.ts";
import { cacheFolder } from "./folders.ts";
import { withLock } from "./lock.ts";
import { run } from "./run.ts";
import { keyOf, unfinished } from "./tools/cache.ts";

/** Packages that the repository's lockfile cannot hold: they, or parts of them, differ by platform. */
export interface Packages {
  /** Of their folder in the user's cache, e.g. `ecosystem`. */
  name: string;
  /** The text of a package.json whose dependencies are pinned exactly. */
  manifest: string;
  /** Where that stands, for an error message. */
  source: string;
}

/**
 * The folder that has the packages in its `node_modules`: installed on first use, once for this content and platform. No install
 * script is run: what is native in them comes prebuilt. Throws a UserError when npm fails.
 */
export async function ensureInstalled({ name, manifest, source }: Packages): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  const folder = join(cacheFolder(), name, keyOf([manifest, platform]));
  if (existsSync(folder)) return folder;
  await withLock(`${folder}.lock`, async () => {
    if (!existsSync(folder)) await install(manifest, source, folder);
  });
  return folder;
}

async function install(manifest: string, source: string, folder: string): Promise<void> {
  requireFreeSpace(folder, 256);
  const work = unfinished(folder);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, "package.json"), manifest);
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"];
  const { code, stderr } = await run("npm", ["install", "--prefer-offline", ...quiet], { cwd: work });
  if (code !== 0) {
    throw (
      explain(stderr, "npm") ??
      new UserError(
        `npm could not install what ${source} pins:\n${stderr.trim()}`,
        "Check the network and npm's registry, then run the command again.",
      )
    );
  }
  renameSync(work, folder);
}
