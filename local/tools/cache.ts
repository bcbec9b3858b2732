import { createHash } from "node:crypto";
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { readJson, writeWhole } from "../files.ts";

/** What a cached program was when it was built, to tell a broken one. */
interface Seal {
  sizeBytes: number;
  /** When the sealed file was last written, in ms: unchanged along with its size, its content is not read again. */
  writtenMilliseconds: number;
  sha256: string;
}

const sha256 = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

const sealOf = (program: string): string => `${program}.seal.json`;

/** Whether the program is there, executable, and what was built. */
export function isIntact(program: string): boolean {
  const seal = readJson<Seal>(sealOf(program));
  if (!seal) return false;
  try {
    accessSync(program, constants.X_OK);
    const { size, mtimeMs } = statSync(program);
    return (
      size === seal.sizeBytes && (mtimeMs === seal.writtenMilliseconds || sha256(program) === seal.sha256)
    );
  } catch {
    return false;
  }
}

/** Moves a freshly built file to its place: first the program, then its seal, so that a kill leaves no false entry. */
export function enter(built: string, program: string): void {
  mkdirSync(dirname(program), { recursive: true });
  rmSync(sealOf(program), { force: true });
  chmodSync(built, 0o755);
  try {
    renameSync(built, program);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
    cpSync(built, program);
  }
  const { size, mtimeMs } = statSync(program);
  const seal: Seal = { sizeBytes: size, writtenMilliseconds: mtimeMs, sha256: sha256(program) };
  writeWhole(sealOf(program), JSON.stringify(seal));
}

/** A key that changes with whatever the build is made of. */
export function keyOf(parts: readonly (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 12);
}

/** Where an entry of the cache is made before it moves to its place; held by who holds the entry's lock. */
export const unfinished = (entry: string): string => `${entry}.unfinished`;
