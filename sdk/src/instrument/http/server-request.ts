import type { IncomingMessage, ServerResponse } from "node:http";
import type { TLSSocket } from "node:tls";
import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { extractContext } from "../../context/propagation.ts";
import { acceptedTenant, contextWithTenant, tenantOf } from "../../context/tenant.ts";
import { warnOnce } from "../../diagnostics.ts";
import { attributes, spanNames } from "../../names/index.ts";
import { telemetry } from "../../telemetry.ts";
import { recordError } from "../../traces/errors.ts";
import { harmless } from "../harmless.ts";
import { addServer, bounded, methodName, methodOf, otherMethod, pathOf } from "./attributes.ts";
import { expressRoute } from "./express-route.ts";
import { boundedText } from "../../otlp/plain.ts";

/** What the app knows of its requests. */
export interface ServerRequestOptions {
  /**
   * The tenant of a request, from where the app has authenticated it: a session, a verified token, a client certificate;
   * never from what the client merely says. Asked when the request arrives, and again when its response has ended if it was not
   * known before: what comes about in between is then the process's tenant's, unless the app itself calls `withTenant`.
   * Default: the process's own tenant.
   */
  tenant?: (request: IncomingMessage) => string | undefined;
  /**
   * Believe the tenant that the request's `baggage` header names, unless `tenant` names one. Only for services that none but
   * AutoWeave's own can reach: any client can send that header. Default: false.
   */
  trustIncomingTenant?: boolean;
  /** The route's template, e.g. `/devices/:id`, where express does not tell it. Asked when the response has ended. */
  route?: (request: IncomingMessage) => string | undefined;
}

const key = Symbol("autoweave.http");

/** A request carries its telemetry: that goes when the request goes. */
type Carrier = IncomingMessage & { [key]?: ServerRequest; originalUrl?: string };

export const serverRequestOf = (request: IncomingMessage) => (request as Carrier)[key];

/** The label of what has no route: the path would have values without bounds. */
const noRoute = "";

/** The telemetry of an incoming request, from its arrival until its response has ended or its client has gone. */
export class ServerRequest {
  readonly #request: Carrier;
  readonly #response: ServerResponse;
  readonly #startedAtMs = performance.now();
  readonly #method: string;
  readonly #span: Span;
  /** Another instrumentation has opened the span, and ends it. */
  readonly #isGuest: boolean;
  #context: Context;
  #options: ServerRequestOptions;

  constructor(request: IncomingMessage, response: ServerResponse, options: ServerRequestOptions) {
    this.#request = request;
    this.#response = response;
    this.#options = options;
    this.#method = methodOf(request.method);
    const host = activeServerSpan();
    this.#isGuest = host !== undefined;
    this.#context = this.#withTenant(host ? context.active() : contextOf(request, options));
    this.#span = host ?? this.#open();
    this.#context = trace.setSpan(this.#context, this.#span);
    this.#request[key] = this;
    if (hasBody(request)) this.#bindBody();
    // A foreign span is over by the time of `close`.
    if (host) response.on("finish", () => harmless(() => this.#describe(this.#route(), this.#tenant())));
    response.on("close", () => harmless(() => this.#end()));
  }

  /** Runs what handles the request in its context: returns what that returns, throws what it throws. */
  run<T>(handle: () => T): T {
    try {
      return context.with(this.#context, handle);
    } catch (error) {
      recordError(this.#span, error);
      throw error;
    }
  }

  /** Takes over what a middleware further in knows of the request. */
  refine(options: ServerRequestOptions): void {
    this.#options = { ...this.#options, ...options };
    this.#context = this.#withTenant(this.#context);
  }

  #withTenant(base: Context): Context {
    const tenant = ask(this.#options.tenant, this.#request);
    return tenant === undefined ? base : contextWithTenant(base, tenant);
  }

  #open(): Span {
    const { headers, httpVersion, method, originalUrl, url, socket } = this.#request;
    const known: Attributes = {
      [attributes.httpMethod]: this.#method,
      [attributes.urlPath]: pathOf(originalUrl ?? url ?? ""),
      [attributes.urlScheme]: (socket as Partial<TLSSocket>).encrypted ? "https" : "http",
      [attributes.networkProtocolVersion]: httpVersion,
    };
    if (this.#method === otherMethod) known[attributes.httpMethodOriginal] = bounded(method ?? "");
    const host = headers.host ?? headers[":authority"];
    if (typeof host === "string") addServer(known, host);
    const agent = headers["user-agent"];
    if (agent !== undefined) known[attributes.userAgent] = bounded(agent);
    const options = { kind: SpanKind.SERVER, attributes: known };
    return telemetry.tracer.startSpan(methodName(this.#method), options, this.#context);
  }

  /** Parts of a body that come later come in the connection's context: their listeners belong to the request. */
  #bindBody(): void {
    const request = this.#request;
    const emit = request.emit;
    request.emit = (...args: Parameters<typeof emit>) => context.with(this.#context, emit, request, ...args);
  }

  #end(): void {
    const { headersSent, statusCode } = this.#response;
    const route = this.#route();
    const tenant = this.#tenant();
    const labels = {
      http_request_method: this.#method,
      http_route: route,
      http_response_status_code: headersSent ? String(statusCode) : "",
    };
    const seconds = (performance.now() - this.#startedAtMs) / 1_000;
    telemetry.metrics.observe("httpRequestDuration", labels, seconds, tenant, this.#span);
    if (this.#isGuest) return;
    this.#describe(route, tenant);
    if (headersSent) this.#span.setAttribute(attributes.httpStatusCode, statusCode);
    if (headersSent && statusCode >= 500) {
      this.#span.setAttribute(attributes.errorType, String(statusCode));
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    } else if (!hasFinished(this.#response)) {
      this.#span.setAttribute(attributes.errorType, "aborted");
    }
    this.#span.end();
  }

  #describe(route: string, tenant: string | undefined): void {
    if (route !== noRoute) {
      this.#span.setAttribute(attributes.httpRoute, route);
      this.#span.updateName(spanNames.http(methodName(this.#method), route));
    }
    if (tenant !== undefined) this.#span.setAttribute(attributes.tenantId, tenant);
  }

  #route(): string {
    return ask(this.#options.route, this.#request) ?? expressRoute(this.#request) ?? noRoute;
  }

  /** Known since the request arrived, or by now. */
  #tenant(): string | undefined {
    const known = tenantOf(this.#context);
    if (known !== undefined) return known;
    const late = ask(this.#options.tenant, this.#request);
    return late === undefined ? undefined : acceptedTenant(late);
  }
}

/**
 * Not the active context: that of a connection is whatever was active when the server began to listen.
 * What a client says of the tenant is dropped unless the app trusts it.
 */
function contextOf(request: IncomingMessage, { trustIncomingTenant }: ServerRequestOptions): Context {
  const extracted = extractContext(ROOT_CONTEXT, request.headers);
  return trustIncomingTenant ? extracted : propagation.deleteBaggage(extracted);
}

/** The span of a server instrumentation that is at work on this request besides us. */
function activeServerSpan(): Span | undefined {
  const active = trace.getActiveSpan() as (Span & { kind?: SpanKind }) | undefined;
  return active?.kind === SpanKind.SERVER && active.isRecording() ? active : undefined;
}

/** Source: RFC 9112, section 6. */
const hasBody = ({ headers }: IncomingMessage) =>
  headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";

/** HTTP/2's compatibility API calls an aborted response finished, but not ended. */
const hasFinished = ({ writableEnded, writableFinished }: ServerResponse) =>
  writableEnded && writableFinished;

/** The app's own functions may fail; its requests don't. */
function ask(
  question: ((request: IncomingMessage) => string | undefined) | undefined,
  request: IncomingMessage,
): string | undefined {
  if (!question) return undefined;
  try {
    return question(request) ?? undefined;
  } catch (error) {
    warnOnce(
      "http-option",
      `createHTTPMiddleware: one of its options, \`tenant\` or \`route\`, threw: ${boundedText(error)}. ` +
        "Return undefined for a request of which it is not known. (Said once.)",
    );
    return undefined;
  }
}
