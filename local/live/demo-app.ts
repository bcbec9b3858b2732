import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { repository } from "../folders.ts";
import { withLock } from "../lock.ts";
import { ensureInstalled } from "../npm-install.ts";
import { ensureSdkPackage, filesBelow, keyOfFiles } from "../sdk-package.ts";
import { unfinished } from "../tools/cache.ts";

const source = "local/demo";

interface Manifest {
  dependencies: Record<string, string>;
}

/**
 * The folder of the demo as a deployment has it: its sources beside the packages that it pins, the SDK among them as its users
 * get it. Made once for what `local/demo/` and `sdk/` hold now. Throws a UserError when that cannot be had.
 */
export async function deployDemo(): Promise<string> {
  const packages = await ensureInstalled({
    name: "demo",
    manifest: manifestWith(await ensureSdkPackage()),
    source: `${source}/package.json`,
  });
  const files = filesBelow(source);
  const folder = join(packages, keyOfFiles(files));
  if (existsSync(folder)) return folder;
  await withLock(`${folder}.lock`, async () => {
    if (!existsSync(folder)) copy(files, folder);
  });
  return folder;
}

/** The demo's package.json with the SDK of this checkout in place of the published one. */
function manifestWith(sdk: string): string {
  const manifest = JSON.parse(readFileSync(join(repository, source, "package.json"), "utf8")) as Manifest;
  const dependencies = { ...manifest.dependencies, "@autoweave/observability": `file:${sdk}` };
  return JSON.stringify({ ...manifest, dependencies }, null, 2);
}

function copy(files: readonly string[], folder: string): void {
  const work = unfinished(folder);
  rmSync(work, { recursive: true, force: true });
  for (const file of files) {
    const copied = join(work, relative(source, file));
    mkdirSync(dirname(copied), { recursive: true });
    cpSync(join(repository, file), copied);
  }
  renameSync(work, folder);
}
