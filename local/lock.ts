import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { readJson } from "./files.ts";
import { isRunning, type ProcessRecord, recordOf, waitUntil } from "./processes.ts";

/**
 * Runs `task` while nobody else, in this process or another, holds the lock file `path`. The lock of a process that has died
 * is taken over. `onWait` is called once when it has to wait.
 */
export async function withLock<T>(
  path: string,
  task: () => Promise<T>,
  onWait?: (pid: number) => void,
): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  const mine = `${path}.${randomUUID()}`;
  writeFileSync(mine, JSON.stringify(recordOf(process.pid)));
  let waiting = false;
  try {
    await waitUntil(
      () => {
        if (taken(mine, path)) return true;
        const holder = readJson<ProcessRecord>(path);
        if (holder && !isRunning(holder)) rmSync(path, { force: true });
        else if (holder && !waiting) {
          waiting = true;
          onWait?.(holder.pid);
        }
        return false;
      },
      Infinity,
      200,
    );
    try {
      return await task();
    } finally {
      rmSync(path, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** A hard link exists whole or not at all: nobody ever reads a lock without its holder. */
function taken(mine: string, path: string): boolean {
  try {
    linkSync(mine, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
