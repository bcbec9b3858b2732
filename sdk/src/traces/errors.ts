import { type Attributes, type Exception, type Span, SpanStatusCode } from "@opentelemetry/api";
import { attributes } from "../names/index.ts";
import { boundedText } from "../otlp/plain.ts";

/** What `error.type` is where nothing better is known. Source: OpenTelemetry semantic conventions, `error.type`. */
const otherError = "_OTHER";

/**
 * Marks a span as failed: its status with the error's message, `error.type`, and an exception event with the stack. Takes
 * whatever was thrown; never throws. The span stays open.
 */
export function recordError(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
  span.setAttribute(attributes.errorType, errorType(error));
  span.recordException(asException(error));
}

/**
 * What kind of error it is, one of few: its `code` if it has one (`ECONNREFUSED`), else its name, its class's name, or
 * `_OTHER`. Never throws.
 */
export function errorType(error: unknown): string {
  try {
    if (typeof error !== "object" || error === null) return otherError;
    const { code, name } = error as { code?: unknown; name?: unknown };
    return asType(code) ?? asType(name) ?? asType(error.constructor?.name) ?? otherError;
  } catch {
    return otherError;
  }
}

/** Attributes of the event that a span records of an exception. Source: OpenTelemetry semantic conventions, exceptions. */
export function exceptionAttributes(exception: unknown): Attributes {
  const type = errorType(exception);
  return {
    "exception.type": type === otherError ? undefined : type,
    "exception.message": messageOf(exception),
    "exception.stacktrace": stackOf(exception),
  };
}

/** More than this is no name of a kind of errors. */
const longestType = 128;

const asType = (value: unknown) =>
  typeof value === "string" && value !== "" && value.length <= longestType ? value : undefined;

function messageOf(error: unknown): string {
  try {
    const { message } = error as { message?: unknown };
    if (typeof message === "string") return message;
  } catch {
    // It has none that can be read.
  }
  return boundedText(error);
}

function stackOf(error: unknown): string | undefined {
  try {
    const { stack } = error as { stack?: unknown };
    return typeof stack === "string" ? stack : undefined;
  } catch {
    return undefined;
  }
}

/** What OpenTelemetry's spans can read of it, whichever SDK they are of. */
function asException(error: unknown): Exception {
  try {
    if (typeof error === "string" || error instanceof Error) return error;
  } catch {
    // A proxy whose traps throw.
  }
  return { name: errorType(error), message: messageOf(error) };
}
