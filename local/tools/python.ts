import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { explain, UserError } from "../errors.ts";
import { requireFreeSpace, writeWhole } from "../files.ts";
import { cacheFolder } from "../folders.ts";
import { withLock } from "../lock.ts";
import { step } from "../progress.ts";
import { run } from "../run.ts";
import { keyOf, unfinished } from "./cache.ts";
import { ensureDebianProgram } from "./debian.ts";
import { findOnPath, installedVersion, isAtLeast } from "./installed.ts";

export interface PythonPackages {
  /** The interpreter that they were installed with. */
  python: string;
  /** For PYTHONPATH. */
  folder: string;
}

/**
 * The packages of a pinned requirements file, installed once into the cache, apart from the system's own.
 * Throws a UserError when there is no Python.
 */
export async function ensurePythonPackages(title: string, requirements: string): Promise<PythonPackages> {
  const python = findOnPath("python3");
  const version = python && (await installedVersion(python, ["--version"]));
  if (!version || !isAtLeast(version, "3.10")) {
    throw new UserError(
      version
        ? `Python ${version} is too old for ${title}.`
        : `Python is needed for ${title}, but there is no \`python3\` on the PATH.`,
      "Install Python 3.11 or newer (apt-get install python3 python3-pip) and run the command again.",
    );
  }
  const pins = readFileSync(requirements, "utf8");
  const folder = join(cacheFolder(), "python", `${title}-${version}-${keyOf([pins, process.arch])}`);
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(join(folder, installedMark))) return;
    requireFreeSpace(folder, 512);
    await step(`Installing ${title} for Python ${version}`, () => install(python, requirements, folder));
  });
  return { python, folder };
}

const installedMark = ".installed";

async function install(python: string, requirements: string, folder: string): Promise<void> {
  const hasPip = (await run(python, ["-m", "pip", "--version"])).code === 0;
  if (!hasPip) await ensureDebianProgram("pip3");
  const work = unfinished(folder);
  rmSync(work, { recursive: true, force: true });
  try {
    const options = ["--quiet", "--no-deps", "--no-input", "--disable-pip-version-check"];
    const { code, stderr } = await run(python, [
      "-m",
      "pip",
      "install",
      ...options,
      "--target",
      work,
      "-r",
      requirements,
    ]);
    if (code !== 0) {
      throw (
        explain(stderr, "pip") ??
        new UserError(
          `pip could not install ${requirements}:\n${stderr.trim()}`,
          "Check the network, then run the command again.",
        )
      );
    }
    writeWhole(join(work, installedMark), "");
    rmSync(folder, { recursive: true, force: true });
    renameSync(work, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
