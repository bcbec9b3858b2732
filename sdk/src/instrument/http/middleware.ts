import type { IncomingMessage, ServerResponse } from "node:http";
import { flag, given } from "../../options/kinds.ts";
import { checkOptions } from "../check-options.ts";
import { harmless } from "../harmless.ts";
import { isLive } from "../live.ts";
import { isHealthRequest } from "./health-request.ts";
import { ServerRequest, type ServerRequestOptions, serverRequestOf } from "./server-request.ts";

export interface HTTPMiddlewareOptions extends ServerRequestOptions {
  /** Requests to pass over. Default: those for the health endpoints, GET of `/live`, `/ready`, `/health`, `/metrics`. */
  ignore?: (request: IncomingMessage) => boolean;
}

/** Takes a request on the way to `next`: an express middleware, or for `http`: `middleware(req, res, () => handle(req, res))`. */
export type HTTPMiddleware = <T = void>(
  request: IncomingMessage,
  response: ServerResponse,
  next?: () => T,
) => T | undefined;

/**
 * A middleware for express 4 and 5 and for Node's own `http` that traces and measures requests: a span `{METHOD} {route}` that
 * continues the client's trace, and `http_server_request_duration_seconds`. `next` runs in the request's context: what it logs,
 * traces and measures belongs to the request and its tenant.
 *
 * The body is left alone, the URL's query is not recorded. A status of 500 and above is an error; a client that goes away
 * before the response has ended leaves `error.type` "aborted". Requests to upgrade (WebSocket) do not pass through
 * middleware. Put it before everything that is to be traced, or behind the authentication if `tenant` reads what that found.
 * @throws ObservabilityConfigError `AUTOWEAVE_INVALID_OPTIONS`, with every fault at once.
 */
export function createHTTPMiddleware(options: HTTPMiddlewareOptions = {}): HTTPMiddleware {
  const { ignore = isHealthRequest, ...known } = checkOptions("createHTTPMiddleware", options, kinds);
  const begin = (request: IncomingMessage, response: ServerResponse) =>
    ignore(request) ? undefined : new ServerRequest(request, response, known);
  return (request, response, next) => {
    const open = serverRequestOf(request);
    if (open) harmless(() => open.refine(known));
    else if (!isLive()) return next?.();
    const traced = open ?? harmless(begin, request, response);
    return next && (traced ? traced.run(next) : next());
  };
}

const isFunction = (value: unknown) => typeof value === "function";

const kinds = {
  tenant: given(isFunction, "a function that returns a request's tenant, or undefined"),
  trustIncomingTenant: flag,
  route: given(isFunction, "a function that returns the template of a request's route, or undefined"),
  ignore: given(isFunction, "a function that returns whether to pass over a request"),
};
