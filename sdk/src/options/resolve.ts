import { inspect } from "node:util";
import { type Definition, definitions } from "./definitions.ts";
import { type ConfigFault, ObservabilityConfigError } from "./error.ts";
import type { ObservabilityOptions, ResolvedOptions } from "./options.ts";

type Environment = Readonly<Record<string, string | undefined>>;
type Key = keyof ObservabilityOptions;

const keys = Object.keys(definitions) as Key[];

/**
 * The options with everything filled in that is not given: from the environment, else the default.
 * `OTEL_SDK_DISABLED=true` switches every signal off. An empty variable counts as not set.
 * @throws ObservabilityConfigError `AUTOWEAVE_INVALID_OPTIONS`, with every fault at once.
 */
export function resolveOptions(options: ObservabilityOptions, env: Environment): ResolvedOptions {
  const faults: ConfigFault[] = unknownKeys(options);
  const entries = keys.map((key) => [key, resolve(key, options[key], env, faults)]);
  const resolved = Object.fromEntries(entries) as ResolvedOptions;
  if (faults.length === 0) faults.push(...contradictions(resolved));
  if (faults.length > 0) throw invalid(faults);
  return env["OTEL_SDK_DISABLED"]?.trim().toLowerCase() === "true" ? { ...resolved, ...allOff } : resolved;
}

const allOff = {
  enableTracing: false,
  enableMetrics: false,
  enableLogging: false,
  enableHealthMonitoring: false,
  enableProductionOptimizations: false,
} as const;

function resolve(key: Key, given: unknown, env: Environment, faults: ConfigFault[]): unknown {
  const definition: Definition<unknown> = definitions[key];
  const { value, source } =
    given === undefined ? fromEnvironment(definition, env) : { value: given, source: "options" };
  const fault = (given: string) => faults.push({ key, source, given, expected: definition.kind.expected });
  if (value === undefined) {
    if (definition.default === undefined && !definition.optional) fault("nothing");
    return definition.default;
  }
  const accepted = definition.kind.accept(value);
  if (accepted === undefined) fault(definition.secret ? "a value that is not shown" : shown(value));
  return accepted;
}

function fromEnvironment({ variables, kind }: Definition<unknown>, env: Environment) {
  for (const { name, read = kind.read } of variables) {
    const text = env[name];
    if (text === undefined || text.trim() === "") continue;
    const value = read(text, env);
    // What the kind cannot read is wrong; what a reader of another option's variable passes over says nothing of this one.
    if (value !== undefined || read === kind.read) return { value: value ?? text, source: name };
  }
  return { value: undefined, source: ["options", ...variables.map(({ name }) => name)].join(" or ") };
}

/**
 * The value of an option that changes at run time.
 * @throws ObservabilityConfigError `AUTOWEAVE_INVALID_OPTIONS`
 */
export function accepted<K extends Key>(key: K, value: unknown): ResolvedOptions[K] {
  const { kind }: Definition<ResolvedOptions[K]> = definitions[key];
  const result = kind.accept(value);
  if (result !== undefined) return result;
  throw invalid([{ key, source: "at run time", given: shown(value), expected: kind.expected }]);
}

const shown = (value: unknown) => inspect(value, { depth: 1, maxStringLength: 80, breakLength: Infinity });

const unknownKeys = (options: ObservabilityOptions): ConfigFault[] =>
  Object.keys(options)
    .filter((key) => !(keys as string[]).includes(key))
    .map((key) => ({
      key,
      source: "options",
      given: "an option that does not exist",
      expected: `one of ${keys.join(", ")}`,
    }));

/** What is right by itself and wrong together. */
function contradictions(options: ResolvedOptions): ConfigFault[] {
  const faults: ConfigFault[] = [];
  if (options.maxTraceExportBatchSize > options.maxQueueItems) {
    faults.push({
      key: "maxTraceExportBatchSize",
      source: "options",
      given: `${options.maxTraceExportBatchSize}`,
      expected: `at most maxQueueItems (${options.maxQueueItems})`,
    });
  }
  if (!options.clientCertificateFile !== !options.clientKeyFile) {
    faults.push({
      key: options.clientKeyFile ? "clientCertificateFile" : "clientKeyFile",
      source: "options",
      given: "nothing",
      expected: "clientCertificateFile and clientKeyFile both, or neither",
    });
  }
  if (options.metricsExport === "scrape" && options.enableMetrics && !options.enableHealthMonitoring) {
    faults.push({
      key: "metricsExport",
      source: "options",
      given: "scrape, with enableHealthMonitoring off",
      expected: "push, or enableHealthMonitoring: true, which serves /metrics",
    });
  }
  return faults;
}

function invalid(faults: readonly ConfigFault[]): ObservabilityConfigError {
  const lines = faults.map(
    ({ key, source, given, expected }) => `  ${key} (${source}): ${given}; expected ${expected}`,
  );
  return new ObservabilityConfigError(
    "AUTOWEAVE_INVALID_OPTIONS",
    `The options of the observability are not valid:\n${lines.join("\n")}`,
    faults,
  );
}
