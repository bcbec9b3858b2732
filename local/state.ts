import { existsSync, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { readJson } from "./files.ts";
import { commandLineOf } from "./processes.ts";

/** A resource as Pulumi keeps it. Secrets in it are encrypted. */
export interface StoredResource {
  urn: string;
  type: string;
  id?: string;
  /** Pulumi refuses to delete it. */
  protect?: boolean;
  /** The former one of a replacement, which is still to be deleted. */
  delete?: boolean;
  outputs?: Record<string, unknown>;
}

/** What an update had begun when it was killed. */
export interface PendingOperation {
  /** For example `creating`, `deleting`. */
  type: string;
  resource: StoredResource;
}

interface Checkpoint {
  checkpoint: { latest?: { resources?: StoredResource[]; pending_operations?: PendingOperation[] } };
}

/** What Pulumi's file backend writes to lock a stack. */
interface StackLock {
  pid: number;
  hostname: string;
}

/** What Pulumi's file backend has stored of a project, read without Pulumi. */
export class State {
  readonly folder: string;
  readonly #project: string;

  constructor(folder: string, project: string) {
    this.folder = folder;
    this.#project = project;
  }

  #checkpointPath = (stack: string): string =>
    join(this.folder, ".pulumi/stacks", this.#project, `${stack}.json`);

  #latest = (stack: string) => readJson<Checkpoint>(this.#checkpointPath(stack))?.checkpoint.latest;

  has = (stack: string): boolean => existsSync(this.#checkpointPath(stack));

  resources = (stack: string): StoredResource[] => this.#latest(stack)?.resources ?? [];

  pending = (stack: string): PendingOperation[] => this.#latest(stack)?.pending_operations ?? [];

  /** The stack's outputs; none before its first update. */
  outputs(stack: string): Record<string, unknown> {
    return this.resources(stack).find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
  }

  /** The processes that hold the stack's lock. Locks that killed ones left behind are removed. */
  lockHolders(stack: string): number[] {
    const folder = join(this.folder, ".pulumi/locks/organization", this.#project, stack);
    if (!existsSync(folder)) return [];
    // Beside each lock lies a file of its attributes, which holds nobody.
    const locks = readdirSync(folder).filter((file) => file.endsWith(".json"));
    return locks.flatMap((file) => {
      const path = join(folder, file);
      const lock = readJson<StackLock>(path);
      const lives = lock && (lock.hostname !== hostname() || commandLineOf(lock.pid).includes("pulumi"));
      if (lives) return [lock.pid];
      for (const left of [path, `${path}.attrs`]) rmSync(left, { force: true });
      return [];
    });
  }
}
