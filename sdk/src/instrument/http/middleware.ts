import type { IncomingMessage, ServerResponse } from "node:http";
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
 */
export function createHTTPMiddleware(options: HTTPMiddlewareOptions = {}): HTTPMiddleware {
  const { ignore = isHealthRequest, ...known } = options;
  return (request, response, next) => {
    const open = serverRequestOf(request);
    if (open) open.refine(known);
    else if (!isLive() || ignore(request)) return next?.();
    const traced = open ?? new ServerRequest(request, response, known);
    return next && traced.run(next);
  };
}
