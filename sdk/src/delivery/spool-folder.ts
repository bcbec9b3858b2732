import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, rmdir } from "node:fs/promises";
import type { Server } from "node:net";
import { join } from "node:path";
import { readSpoolName, type SpoolFile } from "./spool-file.ts";
import { holdLock, isHeld, lockAddress } from "./spool-lock.ts";

const temporary = ".tmp";

/**
 * One process's folder in a directory that several processes share. Its files are whole: each is written under another name,
 * fsynced, and then named. Methods throw what the file system throws.
 */
export class SpoolFolder {
  readonly owner: string;
  readonly #directory: string;
  readonly #path: string;
  readonly #lock: Server | undefined;

  private constructor(directory: string, owner: string, lock?: Server) {
    this.#directory = directory;
    this.owner = owner;
    this.#path = join(directory, owner);
    this.#lock = lock;
  }

  /** A new folder. The lock is held before the folder can be seen, so that nobody takes it for a dead process's. */
  static async create(directory: string): Promise<SpoolFolder> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const owner = newOwner();
    const folder = new SpoolFolder(directory, owner, await holdLock(lockAddress(directory, owner)));
    try {
      await mkdir(folder.#path, { mode: 0o700 });
    } catch (error) {
      folder.#lock?.close();
      throw error;
    }
    return folder;
  }

  /** A new folder without a lock: whatever is in it may be taken over at once. For a process that ends now. */
  static createUnlocked(directory: string): SpoolFolder {
    const folder = new SpoolFolder(directory, newOwner());
    mkdirSync(folder.#path, { recursive: true, mode: 0o700 });
    return folder;
  }

  /** Takes over what dead processes left, the oldest first; several processes may do so at the same time. */
  async adopt(): Promise<SpoolFile[]> {
    const adopted: SpoolFile[] = [];
    for (const entry of await readdir(this.#directory, { withFileTypes: true })) {
      if (!entry.isDirectory() || entry.name === this.owner) continue;
      if (await isHeld(lockAddress(this.#directory, entry.name))) continue;
      adopted.push(...(await this.#takeOver(entry.name)));
    }
    return adopted.sort((a, b) => a.createdAt - b.createdAt || a.sequence - b.sequence);
  }

  async #takeOver(owner: string): Promise<SpoolFile[]> {
    const path = join(this.#directory, owner);
    const taken: SpoolFile[] = [];
    for (const name of await unlessGone(readdir(path), [])) {
      const file = readSpoolName(name);
      if (file && (await unlessGone(rename(join(path, name), join(this.#path, name)).then(yes), false))) {
        taken.push(file);
      } else if (name.endsWith(temporary)) {
        await rm(join(path, name), { force: true });
      }
    }
    try {
      await rmdir(path);
      await rm(lockAddress(this.#directory, owner), { force: true });
    } catch {
      // Someone else's file is in it, or another process was faster.
    }
    return taken;
  }

  /** Resolves when the file would outlive a power failure. */
  async write(name: string, content: Uint8Array): Promise<void> {
    const path = join(this.#path, name);
    try {
      const handle = await open(path + temporary, "wx", 0o600);
      try {
        await handle.writeFile(content);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(path + temporary, path);
      await syncFolder(this.#path);
    } catch (error) {
      await rm(path + temporary, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  /** The same without waiting, whatever else is being written there. */
  writeSync(name: string, content: Uint8Array): void {
    const path = join(this.#path, name);
    const beside = `${path}.sync${temporary}`;
    try {
      const file = openSync(beside, "wx", 0o600);
      try {
        writeFileSync(file, content);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(beside, path);
    } catch (error) {
      rmSync(beside, { force: true });
      throw error;
    }
  }

  read(name: string): Promise<Buffer> {
    return readFile(join(this.#path, name));
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.#path, name), { force: true });
  }

  /** Leaves what the folder holds to the next process. */
  async release(): Promise<void> {
    await rmdir(this.#path).catch(() => undefined);
    this.#lock?.close();
  }
}

const newOwner = () => `${process.pid}-${randomBytes(4).toString("hex")}`;

const yes = () => true;

async function unlessGone<T>(work: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return otherwise;
    throw error;
  }
}

/** Makes the folder remember its files' names. */
async function syncFolder(path: string): Promise<void> {
  // Windows has no such thing.
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
