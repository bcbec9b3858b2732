import type { ExportFailureReason } from "../names/index.ts";
import { readRefusal, readResponse } from "../otlp/response.ts";
import { retryAfterMs } from "./backoff.ts";
import type { Answer } from "./transport.ts";

/** What became of a request. */
export type Outcome =
  /** The backend has it, but for what it rejected. */
  | { readonly kind: "acknowledged"; readonly rejected: number; readonly message: string }
  /** The backend will never take it. */
  | { readonly kind: "rejected"; readonly message: string }
  /** The backend may take it in smaller pieces. */
  | { readonly kind: "too_large"; readonly message: string }
  | Failure;

/** The backend may take it later. */
export interface Failure {
  readonly kind: "failed";
  readonly reason: ExportFailureReason;
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
}

/**
 * What an answer means. An answer that speaks of the endpoint and not of what was sent (credentials, a path that is not there,
 * a redirect) is a failure: what waits is not to blame.
 * Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp-response; RFC 9110, section 15
 */
export function judge({ status, contentType, retryAfter, body }: Answer, now: number): Outcome {
  if (status === 204) return { kind: "acknowledged", rejected: 0, message: "" };
  if (status >= 200 && status < 300) {
    const response = readResponse(contentType, body);
    if (response) return { kind: "acknowledged", ...response };
    return failed(
      "invalid_response",
      `it answered ${status} with ${contentType || "no content type"}, not OTLP`,
    );
  }
  const refusal = [`${status}`, readRefusal(contentType, body)].filter(Boolean).join(": ");
  if (status === 413) return { kind: "too_large", message: refusal };
  if (status === 401 || status === 403 || status === 407) return failed("unauthorized", refusal);
  if (status === 408) return failed("timeout", refusal);
  if (status === 429) return failed("throttled", refusal, retryAfterMs(retryAfter, now));
  if (status >= 500) return failed("unavailable", refusal, retryAfterMs(retryAfter, now));
  if (status === 404 || status === 405)
    return failed("unavailable", `${refusal}; is the endpoint's path right?`);
  if (status < 400) return failed("invalid_response", `${refusal}; redirects are not followed`);
  return { kind: "rejected", message: refusal };
}

const failed = (reason: ExportFailureReason, message: string, retryAfterMs?: number): Failure => ({
  kind: "failed",
  reason,
  message,
  retryAfterMs,
});
