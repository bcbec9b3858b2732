import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { cacheFolder } from "../../../local/folders.ts";
import { withLock } from "../../../local/lock.ts";
import { run } from "../../../local/run.ts";
import { keyOf } from "../../../local/tools/cache.ts";
import manifest from "./ecosystem/package.json" with { type: "json" };

/** A package that the SDK instruments and that this repository's lockfile cannot hold: its parts differ by platform. */
export type EcosystemPackage = keyof typeof manifest.dependencies;

/** Loads a package of `ecosystem/package.json`. Its types are the caller's: they are not installed here. */
export async function load<T>(name: EcosystemPackage): Promise<T> {
  return createRequire(join(await ecosystemFolder(), "package.json"))(name) as T;
}

let installed: Promise<string> | undefined;

/** Where the packages are; installed once for this user and content of `ecosystem/package.json`. Throws when npm fails. */
export const ecosystemFolder = (): Promise<string> => (installed ??= ensureInstalled());

async function ensureInstalled(): Promise<string> {
  const pins = readFileSync(new URL("ecosystem/package.json", import.meta.url), "utf8");
  const platform = `${process.platform}-${process.arch}`;
  const folder = join(cacheFolder(), "ecosystem", keyOf([pins, platform]));
  await withLock(`${folder}.lock`, async () => {
    if (!existsSync(folder)) await install(pins, folder);
  });
  return folder;
}

async function install(pins: string, folder: string): Promise<void> {
  const work = `${folder}.unfinished`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, "package.json"), pins);
  // The native parts come prebuilt: no install script is needed, so none is run.
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"];
  const { code, stderr } = await run("npm", ["install", ...quiet], { cwd: work });
  if (code !== 0) {
    throw new Error(
      `npm could not install sdk/test/support/ecosystem/package.json:\n${stderr.trim()}\n` +
        "Check the network and npm's registry, then run the tests again.",
    );
  }
  renameSync(work, folder);
}
