import { isDeepStrictEqual } from "node:util";
import { ObservabilityManager } from "./manager.ts";
import { ObservabilityConfigError } from "./options/error.ts";
import type { ObservabilityOptions } from "./options/options.ts";
import { resolveOptions } from "./options/resolve.ts";

let manager: ObservabilityManager | undefined;
/** Whether the manager is that of a test, which the app's own options are not to replace. */
let forTest = false;

/**
 * Sets up the process's telemetry; `await manager.initialize()` starts it. Called again with equal options, it returns the
 * same manager; after that one's `shutdown()`, a new one.
 * @param options What they leave out comes from the environment, else from the defaults.
 * @throws ObservabilityConfigError `AUTOWEAVE_INVALID_OPTIONS` with every fault at once; `AUTOWEAVE_ALREADY_INITIALIZED` when
 *   there is a manager with other options.
 */
export function initializeObservability(options: ObservabilityOptions = {}): ObservabilityManager {
  const resolved = resolveOptions(options, process.env);
  if (manager && !manager.stopped) {
    if (forTest || isDeepStrictEqual(manager.options, resolved)) return manager;
    const differing = Object.entries(resolved)
      .filter(([key, value]) => !isDeepStrictEqual(value, manager?.options[key as keyof typeof resolved]))
      .map(([key]) => key);
    throw new ObservabilityConfigError(
      "AUTOWEAVE_ALREADY_INITIALIZED",
      `The observability is set up already, with other options (${differing.join(", ")}). ` +
        "Set it up once, or shut the other manager down before.",
    );
  }
  manager = new ObservabilityManager(resolved);
  return manager;
}

/**
 * The manager that `initializeObservability` made.
 * @throws ObservabilityConfigError `AUTOWEAVE_NOT_INITIALIZED` when there is none.
 */
export function getObservabilityManager(): ObservabilityManager {
  if (manager) return manager;
  throw new ObservabilityConfigError(
    "AUTOWEAVE_NOT_INITIALIZED",
    "The observability is not set up. Call initializeObservability(options) first, or start the app with " +
      "node --import @autoweave/observability/register.",
  );
}

/** Makes `replacement` the process's manager, whatever the app says. Returns how to give it up. For tests. */
export function useManager(replacement: ObservabilityManager): () => void {
  manager = replacement;
  forTest = true;
  return () => {
    manager = undefined;
    forTest = false;
  };
}
