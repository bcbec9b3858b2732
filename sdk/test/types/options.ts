import {
  initializeObservability,
  type ObservabilityManager,
  type ObservabilityOptions,
  type ResolvedOptions,
} from "../../src/index.ts";
import { expectType, type IsTrue, type Same } from "./expect.ts";

/** Everything may be left out: the environment may give it. */
export const nothing: ObservabilityOptions = {};

/** Resolved, there is every option, and a value for each that has a default or is required. */
export type ResolvedIsComplete = IsTrue<Same<keyof ResolvedOptions, keyof ObservabilityOptions>>;
export type OnlyTheseHaveNoValue = IsTrue<
  Same<
    {
      [Key in keyof ResolvedOptions]: undefined extends ResolvedOptions[Key] ? Key : never;
    }[keyof ResolvedOptions],
    | "tracesEndpoint"
    | "metricsEndpoint"
    | "logsEndpoint"
    | "authToken"
    | "authTokenFile"
    | "caFile"
    | "clientCertificateFile"
    | "clientKeyFile"
    | "spoolDirectory"
  >
>;

export function optionsAreChecked(): void {
  expectType<ObservabilityManager>()(initializeObservability({ serviceName: "shop", tenantId: "blue" }));
  // @ts-expect-error: an option that does not exist
  initializeObservability({ serviceNames: "shop" });
  // @ts-expect-error: a text for a number
  initializeObservability({ samplingRate: "0.1" });
  // @ts-expect-error: a number for a text
  initializeObservability({ tenantId: 17 });
  // @ts-expect-error: one of two words
  initializeObservability({ metricsExport: "both" });
  // @ts-expect-error: one of pino's levels
  initializeObservability({ logLevel: "verbose" });
  // @ts-expect-error: a list, not a text with commas
  initializeObservability({ redactPaths: "a,b" });
  // @ts-expect-error: texts only
  initializeObservability({ headers: { "x-number": 1 } });
}

export function resolvedOptionsAreFixed(options: ResolvedOptions): void {
  expectType<number>()(options.samplingRate);
  expectType<string>()(options.serviceName);
  expectType<string | undefined>()(options.spoolDirectory);
  // @ts-expect-error: what a manager runs with does not change
  options.samplingRate = 1;
}

export function runTimeChangesAreChecked(manager: ObservabilityManager): void {
  manager.setSampling({ samplingRate: 1 });
  manager.setLogLevel("debug");
  // @ts-expect-error: no part of the sampling
  manager.setSampling({ slowOperationMs: 1 });
  // @ts-expect-error: no level
  manager.setLogLevel("loud");
  manager.addHealthCheck("database", async () => true, { critical: false, timeoutMs: 500 });
  // @ts-expect-error: a check says whether it is well
  manager.addHealthCheck("database", () => 17);
  // @ts-expect-error: a component is an object
  manager.instrumentUSBDaemon("daemon");
}
