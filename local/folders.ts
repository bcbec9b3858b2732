import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";

/** The root of this checkout. */
export const repository = resolve(import.meta.dirname, "..");

/** Where everything that can be built again lives; shared by all checkouts of this user. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env["AUTOWEAVE_CACHE_DIR"]) return resolve(env["AUTOWEAVE_CACHE_DIR"]);
  return join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "autoweave-observability");
}

/** The folder of this checkout's embedded environment: its processes, data, state, secrets and settings. */
export function environmentFolder(env: NodeJS.ProcessEnv = process.env, checkout = repository): string {
  if (env["AUTOWEAVE_ENVIRONMENT_DIR"]) return resolve(env["AUTOWEAVE_ENVIRONMENT_DIR"]);
  const id = createHash("sha256").update(checkout).digest("hex").slice(0, 10);
  return join(cacheFolder(env), "environments", `${basename(checkout)}-${id}`);
}
