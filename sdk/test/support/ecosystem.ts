import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ensureInstalled } from "../../../local/npm-install.ts";
import type manifest from "./ecosystem/package.json";

/** A package that the SDK instruments and that this repository's lockfile cannot hold: its parts differ by platform. */
export type EcosystemPackage = keyof typeof manifest.dependencies;

/** Loads a package of `ecosystem/package.json`. Its types are the caller's: they are not installed here. */
export async function load<T>(name: EcosystemPackage): Promise<T> {
  return createRequire(join(await ecosystemFolder(), "package.json"))(name) as T;
}

let installed: Promise<string> | undefined;

/** Where the packages are; installed once for this user and content of `ecosystem/package.json`. Throws when npm fails. */
export const ecosystemFolder = (): Promise<string> =>
  (installed ??= ensureInstalled({
    name: "ecosystem",
    manifest: readFileSync(new URL("ecosystem/package.json", import.meta.url), "utf8"),
    source: "sdk/test/support/ecosystem/package.json",
  }));
