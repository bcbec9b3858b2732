import {
  type Attributes,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapSetter,
  trace,
} from "@opentelemetry/api";
import { isTracingSuppressed } from "../../context/suppression.ts";
import { injectContext, mayPropagateTo } from "../../context/propagation.ts";
import { attributes } from "../../names/index.ts";
import { telemetry } from "../../telemetry.ts";
import { recordError } from "../../traces/errors.ts";
import { addServer, bounded, methodName, methodOf, otherMethod, pathOf } from "./attributes.ts";

/** An outgoing request, as far as a span tells of it. */
export interface ClientRequest {
  readonly method: string;
  /** `https:` */
  readonly protocol: string;
  /** With the port, unless it is the protocol's own. */
  readonly host: string;
  /** With the query. */
  readonly path: string;
}

/**
 * Starts the span of an outgoing request and, if the host may be told of it, writes trace context and tenant into its headers.
 * Undefined for requests that are not to be traced, as the SDK's own.
 */
export function startClientSpan<Carrier>(
  { method, protocol, host, path }: ClientRequest,
  carrier: Carrier,
  setter: TextMapSetter<Carrier>,
): Span | undefined {
  const active = context.active();
  if (isTracingSuppressed(active)) return undefined;
  const known = methodOf(method);
  const given: Attributes = {
    [attributes.httpMethod]: known,
    [attributes.urlFull]: `${protocol}//${bounded(host)}${pathOf(path)}`,
  };
  if (known === otherMethod) given[attributes.httpMethodOriginal] = bounded(method);
  addServer(given, host, protocol === "https:" ? 443 : 80);
  const span = telemetry.tracer.startSpan(
    methodName(known),
    { kind: SpanKind.CLIENT, attributes: given },
    active,
  );
  if (mayPropagateTo(host)) injectContext(trace.setSpan(active, span), carrier, setter);
  return span;
}

/** Source: OpenTelemetry semantic conventions for HTTP spans: to a client, 4xx is a failure too. */
export function recordStatus(span: Span, status: number): void {
  span.setAttribute(attributes.httpStatusCode, status);
  if (status < 400) return;
  span.setAttribute(attributes.errorType, String(status));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

export function failClientSpan(span: Span, error: unknown): void {
  recordError(span, error);
  span.end();
}
