import type { IncomingMessage, ServerResponse } from "node:http";
import { harmless } from "../harmless.ts";
import { type Undo, wrap } from "../wrap.ts";
import { isHealthRequest } from "./health-request.ts";
import { ServerRequest, serverRequestOf } from "./server-request.ts";

const kind = Symbol("autoweave.http.incoming");

/** The events by which a server hands a request over. Source: Node.js, http.Server. */
const handovers: ReadonlySet<unknown> = new Set(["request", "checkContinue", "checkExpectation"]);

/**
 * Spans and measurements for the requests to every `http` and `https` server, without middleware; a middleware adds what it
 * knows. May begin at any time: servers that exist take part.
 *
 * Node's channel `http.server.request.start` tells of requests too, but cannot make a context that ends with the handler: what is
 * entered there stays with the connection, for its next request and its errors.
 */
export function traceIncomingHTTP(): Undo {
  // Not imported: as a module of ES, `http` would be loaded with undici, which is large.
  const { Server: HTTPServer } = process.getBuiltinModule("node:http");
  const { Server: HTTPSServer } = process.getBuiltinModule("node:https");
  const undos = [HTTPServer, HTTPSServer].map(({ prototype }) =>
    wrap(prototype, "emit", kind, (emit, self, args) => {
      if (!handovers.has(args[0])) return Reflect.apply(emit, self, args);
      const [, request, response] = args as [string, IncomingMessage, ServerResponse];
      const traced = serverRequestOf(request) ? undefined : harmless(begin, request, response);
      if (!traced) return Reflect.apply(emit, self, args);
      return traced.run(() => Reflect.apply(emit, self, args));
    }),
  );
  return () => {
    for (const undo of undos) undo?.();
  };
}

const begin = (request: IncomingMessage, response: ServerResponse) =>
  isHealthRequest(request) ? undefined : new ServerRequest(request, response, {});
