import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** What a folder takes on the disk. A file that goes meanwhile counts as none. */
export function diskOf(folder: string): { bytes: number; files: number } {
  const found = filesBelow(folder).flatMap((file) => lstatSync(file, { throwIfNoEntry: false }) ?? []);
  return { bytes: found.reduce((sum, { blocks }) => sum + blocks * 512, 0), files: found.length };
}

/** What the objects of a bucket hold. */
export function objectsOf(bucket: string): { bytes: number; objects: number } {
  const found = filesBelow(bucket).map((file) => lstatSync(file).size);
  return { bytes: found.reduce((sum, size) => sum + size, 0), objects: found.length };
}

/**
 * The traces in the blocks of Tempo's bucket that no compaction has replaced.
 * Source: Tempo's block format, `meta.json`, which becomes `meta.compacted.json`.
 */
export const tracesIn = (bucket: string): number =>
  filesBelow(bucket)
    .filter((file) => basename(file) === "meta.json")
    .map((file) => (JSON.parse(readFileSync(file, "utf8")) as { totalObjects: number }).totalObjects)
    .reduce((sum, traces) => sum + traces, 0);

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
