import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { cacheFolder, repository } from "../../../local/folders.ts";
import { run } from "../../../local/run.ts";
import type { Variant } from "./variants.ts";

const peers = JSON.parse(readFileSync(join(import.meta.dirname, "../peers/package.json"), "utf8")) as {
  dependencies: Record<string, string>;
};

/** What every app needs, whatever watches it. */
const appPackages = ["express", "pino"];

/**
 * The folder in which the apps run under `variant`: packages as a user's `npm install` lays them out, each variant apart, so
 * that none finds another's. Our own package is installed from the tarball that would be published.
 */
export async function workspace(variant: Variant, tarball: string): Promise<string> {
  const dependencies = Object.fromEntries(
    [...appPackages, ...variant.packages].map((name) =>
      name === "sdk" ? ["@autoweave/observability", `file:${tarball}`] : [name, peers.dependencies[name]],
    ),
  );
  const manifest = JSON.stringify({ private: true, dependencies }, undefined, 2);
  const version = variant.ours ? readFileSync(tarball) : "";
  const id = createHash("sha256").update(manifest).update(version).digest("hex").slice(0, 12);
  const folder = join(cacheFolder(), "bench-sdk", `${variant.name}-${id}`);
  if (!existsSync(join(folder, "installed"))) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), manifest);
    await npm(["install", "--ignore-scripts", "--no-audit", "--no-fund"], folder);
    writeFileSync(join(folder, "installed"), "");
  }
  cpSync(join(import.meta.dirname, "apps"), join(folder, "apps"), { recursive: true });
  return folder;
}

/** The tarball of our package. */
export async function pack(into: string): Promise<string> {
  const { stdout } = await npm(["pack", "--json", "--pack-destination", into], join(repository, "sdk"));
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf("["))) as [{ filename: string }];
  return join(into, packed.filename);
}

/** Bytes that the packages of a folder take on disk. */
export const installedBytes = (folder: string): number => size(join(folder, "node_modules"));

function size(path: string): number {
  const { size: bytes } = lstatSync(path);
  if (!lstatSync(path).isDirectory()) return bytes;
  return readdirSync(path).reduce((sum, entry) => sum + size(join(path, entry)), 0);
}

async function npm(args: string[], cwd: string) {
  const finished = await run("npm", args, { cwd });
  if (finished.code !== 0) throw new Error(`npm ${args.join(" ")} failed in ${cwd}:\n${finished.stderr}`);
  return finished;
}
