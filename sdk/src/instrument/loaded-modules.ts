import { createRequire } from "node:module";
import { dirname, isAbsolute, resolve } from "node:path";
import { listen } from "./listen.ts";
import type { Undo } from "./wrap.ts";
import { isObjectOrFunction } from "./objects.ts";

/** Source: Node.js, diagnostics_channel, `module.require`. Also sent of CommonJS modules that ES modules import. */
interface Message {
  /** As the requiring module has it; the file's path when an ES module imports it. */
  readonly id: string;
  readonly parentFilename?: string;
  readonly result?: unknown;
}

/** Every CommonJS module that has been loaded, by its file's path. */
const { cache } = createRequire(import.meta.url);

/**
 * Shows the exports of CommonJS modules whose file, or what they are required as, matches: of those that are there, and of those to
 * come before whoever requires them sees them. `isLate`: it had been loaded before. Shown again until `take` has taken them: where
 * modules require each other, they are not complete at first.
 */
export function watchModules(matching: RegExp, take: (exports: object, isLate: boolean) => boolean): Undo {
  const taken = new WeakSet();
  const show = (exports: unknown, isLate: boolean) => {
    if (isObjectOrFunction(exports) && !taken.has(exports) && take(exports, isLate)) taken.add(exports);
  };
  for (const [path, module] of Object.entries(cache)) {
    if (matching.test(path)) show(module?.exports, true);
  }
  const listener = (message: unknown) => {
    const { id, parentFilename, result } = message as Message;
    if (matching.test(pathOf(id, parentFilename))) show(result, false);
  };
  return listen({ ended: "tracing:module.require:end" }, { ended: listener });
}

const pathOf = (id: string, parent: string | undefined) =>
  id.startsWith(".") && parent !== undefined ? resolve(dirname(parent), id) : id;

/** Which of these packages have been loaded, as CommonJS modules; it cannot be seen of ES modules. */
export function loadedPackages(names: readonly string[]): string[] {
  const paths = Object.keys(cache).map((path) => path.replaceAll("\\", "/"));
  return names.filter((name) => paths.some((path) => path.includes(`/node_modules/${name}/`)));
}

/**
 * Has CommonJS packages that an ES module imports required first: OpenTelemetry's instrumentations hook into `require`, and what
 * they have changed is what is then imported. No loader is needed for that, which would cost more than all the rest.
 */
export function requireBeforeImport(names: readonly string[]): Undo {
  if (names.length === 0) return () => {};
  const listener = (message: unknown) => {
    const { id, parentFilename } = message as Message;
    if (parentFilename !== undefined || !isAbsolute(id)) return;
    const path = id.replaceAll("\\", "/");
    if (!names.some((name) => path.includes(`/node_modules/${name}/`))) return;
    try {
      createRequire(id)(id);
    } catch {
      // The import fails likewise, and says so to whoever can help it.
    }
  };
  return listen({ begins: "tracing:module.require:start" }, { begins: listener });
}
