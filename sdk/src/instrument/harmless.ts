import { warnOnce } from "../diagnostics.ts";
import { boundedText } from "../otlp/plain.ts";

/**
 * Calls what only telemetry needs, with what an app gave: what it throws (an object whose properties cannot be read) is said
 * once and never reaches the app.
 */
export function harmless<Args extends unknown[], Result>(
  action: (...args: Args) => Result,
  ...args: Args
): Result | undefined {
  try {
    return action(...args);
  } catch (error) {
    warnOnce("instrumentation", `Something was not recorded: ${boundedText(error)}. (Said once.)`);
    return undefined;
  }
}
