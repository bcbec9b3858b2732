import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../files.ts";

/**
 * A secret of this environment that no deployed stack holds: drawn when it is first asked for, the same ever after, in a
 * file that only its owner reads. 192 bits, safe in URLs, shells and connection strings.
 */
export function ownSecret(folder: string, name: string): string {
  const path = join(folder, name);
  if (!existsSync(path)) writeWhole(path, randomBytes(24).toString("base64url"), 0o600);
  return readFileSync(path, "utf8");
}
