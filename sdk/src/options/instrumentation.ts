import type { TracerProvider } from "@opentelemetry/api";

/** An instrumentation of OpenTelemetry's, as far as it is used here: any version of `@opentelemetry/instrumentation` makes them. */
export interface Instrumentation {
  /** E.g. `@opentelemetry/instrumentation-pg`. */
  readonly instrumentationName: string;
  setTracerProvider(provider: TracerProvider): void;
  enable(): void;
  disable(): void;
}
