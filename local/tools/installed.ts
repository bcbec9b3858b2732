import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "../run.ts";

/** Where the PATH (or the given folders, in PATH form) holds the program. */
export function findOnPath(program: string, folders = process.env["PATH"] ?? ""): string | undefined {
  return folders
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** The version that a program prints about itself; undefined when it does not run. */
export async function installedVersion(
  program: string,
  versionArguments: readonly string[],
): Promise<string | undefined> {
  try {
    const { code, stdout } = await run(program, versionArguments);
    return code === 0 ? /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0] : undefined;
  } catch {
    return undefined;
  }
}

/** Compares dotted versions number by number. */
export function isAtLeast(version: string, wanted: string): boolean {
  return version.localeCompare(wanted, "en", { numeric: true }) >= 0;
}
