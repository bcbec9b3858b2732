import { isBuiltin } from "node:module";
import type { Instrumentation } from "../options/instrumentation.ts";
import { warnOnce } from "../diagnostics.ts";
import { loadedPackages, requireBeforeImport } from "./loaded-modules.ts";
import type { Undo } from "./wrap.ts";

/**
 * Helps OpenTelemetry's instrumentations to what they have come for: lets them see packages that ES modules import, and says once
 * which they have come too late for.
 */
export function assistInstrumentations(instrumentations: readonly Instrumentation[]): Undo {
  const packages = [...new Set(instrumentations.flatMap(packagesOf))].filter((name) => !isBuiltin(name));
  warnOfLoaded(loadedPackages(packages));
  return requireBeforeImport(packages);
}

/** Says once, by name, which packages were loaded before what is to instrument them. */
export function warnOfLoaded(packages: readonly string[]): void {
  if (packages.length === 0) return;
  warnOnce(
    `loaded too early: ${packages.join()}`,
    `Loaded too early to be instrumented: ${packages.join(", ")}. What imported ${packages.length > 1 ? "them" : "it"} before is ` +
      "not traced. Start the app with node --import @autoweave/observability/register, or import what starts the telemetry " +
      "first of all.",
  );
}

/** The packages that an instrumentation changes. */
function packagesOf(instrumentation: Instrumentation): string[] {
  const { getModuleDefinitions } = instrumentation as { getModuleDefinitions?: () => { name: string }[] };
  return getModuleDefinitions?.call(instrumentation).map(({ name }) => name) ?? [];
}
