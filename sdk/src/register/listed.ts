import { createRequire } from "node:module";
import { join } from "node:path";
import type { Instrumentation } from "../options/instrumentation.ts";
import { warn } from "../diagnostics.ts";

export const listVariable = "AUTOWEAVE_INSTRUMENTATIONS";

/**
 * The instrumentations that a list names: `ioredis` or `@opentelemetry/instrumentation-ioredis`, each a package that the app has
 * installed. What cannot be had is warned of, with its repair, and left out.
 */
export function listedInstrumentations(
  list: string | undefined,
  appFolders: readonly string[],
): Instrumentation[] {
  return (list ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "")
    .map((name) => (name.includes("/") ? name : `@opentelemetry/instrumentation-${name}`))
    .map((name) => load(name, appFolders))
    .filter((instrumentation) => instrumentation !== undefined);
}

function load(name: string, appFolders: readonly string[]): Instrumentation | undefined {
  try {
    const require = createRequire(join(findFolder(name, appFolders), "app.js"));
    const exports = require(name) as Record<string, unknown>;
    const Class = Object.values(exports).find(isInstrumentationClass);
    if (Class) return new Class();
    warn(`${listVariable}: ${name} exports no instrumentation (a class …Instrumentation). It is left out.`);
  } catch (error) {
    const isMissing = (error as { code?: string }).code === "MODULE_NOT_FOUND";
    warn(
      `${listVariable}: ${name} ${isMissing ? "is not installed" : "cannot be loaded"}, so it instruments nothing. ` +
        `Install it in the app (npm install ${name}) or take it off the list. (${String(error).split("\n", 1)[0]})`,
    );
  }
  return undefined;
}

/** The first of the folders in which the package is found; the last when in none. */
function findFolder(name: string, folders: readonly string[]): string {
  const found = folders.find((folder) => {
    try {
      return createRequire(join(folder, "app.js")).resolve(name);
    } catch {
      return false;
    }
  });
  return found ?? (folders.at(-1) as string);
}

const isInstrumentationClass = (value: unknown): value is new () => Instrumentation =>
  typeof value === "function" && value.name.endsWith("Instrumentation") && value.prototype !== undefined;
