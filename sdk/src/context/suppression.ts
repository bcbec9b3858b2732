import { type Context, createContextKey } from "@opentelemetry/api";

/** The key of OpenTelemetry's SDK: its instrumentations and ours understand each other. Source: @opentelemetry/core. */
const key = createContextKey("OpenTelemetry SDK Context Key SUPPRESS_TRACING");

/** A context in which nothing is traced, for requests that carry telemetry themselves. */
export const suppressTracing = (context: Context): Context => context.setValue(key, true);

export const isTracingSuppressed = (context: Context): boolean => context.getValue(key) === true;
