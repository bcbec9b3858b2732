/** One mistake in the options. */
export interface ConfigFault {
  /** The option, e.g. `samplingRate`. */
  readonly key: string;
  /** Where the value came from: `options`, or the environment variable's name. */
  readonly source: string;
  /** What was given, shortened; what may be secret is not shown. */
  readonly given: string;
  /** What is expected instead. */
  readonly expected: string;
}

/** Stable codes of {@link ObservabilityConfigError}. */
export type ObservabilityConfigErrorCode =
  /** Options are missing or wrong: `faults` names each. */
  | "AUTOWEAVE_INVALID_OPTIONS"
  /** `initializeObservability` was called again, with other options. */
  | "AUTOWEAVE_ALREADY_INITIALIZED"
  /** `getObservabilityManager` was called before `initializeObservability`. */
  | "AUTOWEAVE_NOT_INITIALIZED"
  /** A component offers nothing that could be instrumented. */
  | "AUTOWEAVE_NOT_INSTRUMENTABLE"
  /** A metric was defined twice, differently, or with a bad name or label. */
  | "AUTOWEAVE_INVALID_METRIC"
  /** A health check has a bad name or timeout, or a name that is taken. */
  | "AUTOWEAVE_INVALID_HEALTH_CHECK";

/** A mistake in setting up the telemetry. Thrown by set-up calls only: recording calls never throw. */
export class ObservabilityConfigError extends Error {
  readonly code: ObservabilityConfigErrorCode;
  /** Every fault at once; empty unless `code` is `AUTOWEAVE_INVALID_OPTIONS`. */
  readonly faults: readonly ConfigFault[];

  constructor(code: ObservabilityConfigErrorCode, message: string, faults: readonly ConfigFault[] = []) {
    super(message);
    this.name = "ObservabilityConfigError";
    this.code = code;
    this.faults = faults;
  }
}
