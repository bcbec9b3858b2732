import { inspect } from "node:util";
import { type ConfigFault, ObservabilityConfigError } from "../options/error.ts";
import type { Kind } from "../options/kinds.ts";

type Kinds<Options> = { readonly [Key in keyof Required<Options>]: Kind<unknown> };

/**
 * What was given as the options of a set-up call, if it can be that.
 * @param call What was called, for the message.
 * @throws ObservabilityConfigError `AUTOWEAVE_INVALID_OPTIONS`, with every fault at once.
 */
export function checkOptions<Options extends object>(
  call: string,
  given: Options,
  kinds: NoInfer<Kinds<Options>>,
): Options {
  const faults = typeof given === "object" && given !== null ? faultsOf(given, kinds) : [noObject(given)];
  if (faults.length === 0) return given;
  const lines = faults.map((fault) => `  ${fault.key}: ${fault.given}; expected ${fault.expected}`);
  throw new ObservabilityConfigError(
    "AUTOWEAVE_INVALID_OPTIONS",
    `The options of ${call} are not valid:\n${lines.join("\n")}`,
    faults,
  );
}

function faultsOf(given: object, kinds: Kinds<object>): ConfigFault[] {
  return Object.entries(Object.getOwnPropertyDescriptors(given)).flatMap(([key, { value }]) => {
    const kind = Object.hasOwn(kinds, key) ? (kinds as Record<string, Kind<unknown>>)[key] : undefined;
    if (!kind)
      return [fault(key, "an option that does not exist", `one of ${Object.keys(kinds).join(", ")}`)];
    if (value === undefined || kind.accept(value) !== undefined) return [];
    return [fault(key, shown(value), kind.expected)];
  });
}

const noObject = (given: unknown) => fault("options", shown(given), "an object");

const fault = (key: string, given: string, expected: string): ConfigFault => ({
  key,
  source: "options",
  given,
  expected,
});

const shown = (value: unknown) =>
  inspect(value, { depth: 0, maxStringLength: 80, breakLength: Infinity, customInspect: false });
