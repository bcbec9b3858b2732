import { dirname } from "node:path";
import { isMainThread } from "node:worker_threads";
import { initializeObservability } from "../globals.ts";
import { ObservabilityConfigError } from "../options/error.ts";
import type { ObservabilityOptions } from "../options/options.ts";
import { instrumentAutomatically } from "./automatic.ts";
import { listedInstrumentations, listVariable } from "./listed.ts";

/**
 * Starts the telemetry of an app that knows nothing of it, before its own imports. Never fails: what is wrong is said on stderr,
 * and the app runs on.
 */
export async function startFromEnvironment(): Promise<void> {
  try {
    const instrumentations = listedInstrumentations(process.env[listVariable], appFolders());
    const manager = initializeObservability({ instrumentations, ...threadOptions() });
    const others = new Set(instrumentations.map(({ instrumentationName }) => instrumentationName));
    const { recordGraphQLArguments: recordArguments } = manager.options;
    manager.instrument(() => instrumentAutomatically({ recordArguments, others }));
    await manager.initialize();
  } catch (error) {
    const text =
      error instanceof ObservabilityConfigError ? error.message : String((error as Error)?.stack ?? error);
    process.stderr.write(`[autoweave-observability] The app runs without telemetry.\n${text}\n`);
  }
}

/** Where the app's packages are looked for: from its first file, and from where it was started. */
function appFolders(): string[] {
  const [, main] = process.argv;
  return main ? [dirname(main), process.cwd()] : [process.cwd()];
}

/** A worker thread gets `--import` from its parent, which serves the health endpoints for the process. */
function threadOptions(): ObservabilityOptions {
  if (isMainThread) return {};
  const isScraped = process.env["OTEL_METRICS_EXPORTER"]?.trim() === "prometheus";
  return { enableHealthMonitoring: false, ...(isScraped ? { enableMetrics: false } : {}) };
}
