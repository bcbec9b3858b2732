import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "./errors.ts";

/** Writes a file whole or not at all, so that a kill in the middle leaves the former content. */
export function writeWhole(path: string, content: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.${randomUUID()}.unfinished`;
  try {
    writeFileSync(unfinished, content, { mode });
    renameSync(unfinished, path);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** The parsed content of a JSON file; undefined when it is missing or is not JSON. */
export function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch {
    return undefined;
  }
}

/** Refuses to begin what a full disk would leave half done. */
export function requireFreeSpace(folder: string, neededMiB: number): void {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  const freeMiB = Math.floor((bavail * bsize) / 2 ** 20);
  if (freeMiB >= neededMiB) return;
  throw new UserError(
    `The disk is full: ${folder} has ${freeMiB} MiB free, ${neededMiB} MiB are needed.`,
    "Free some space there, or name another folder with AUTOWEAVE_CACHE_DIR or AUTOWEAVE_ENVIRONMENT_DIR.",
  );
}
