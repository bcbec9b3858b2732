import type { Undo } from "../wrap.ts";
import { traceOutgoingFetch } from "./outgoing-fetch.ts";
import { traceOutgoingHTTP } from "./outgoing-http.ts";

/**
 * Client spans for all requests that the process sends, and trace and tenant in those to hosts that `propagateTo` allows. What
 * one of `others`, OpenTelemetry's own instrumentations, sees to is left to that.
 */
export function traceOutgoingRequests(others: readonly { readonly instrumentationName: string }[]): Undo {
  const names = new Set(others.map(({ instrumentationName }) => instrumentationName));
  const undos = [
    names.has("@opentelemetry/instrumentation-http") ? undefined : traceOutgoingHTTP(),
    names.has("@opentelemetry/instrumentation-undici") ? undefined : traceOutgoingFetch(),
  ];
  return () => {
    for (const undo of undos) undo?.();
  };
}
