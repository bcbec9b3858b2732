import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { warn } from "../diagnostics.ts";
import type { HealthHandler } from "./endpoints.ts";

export interface HealthServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly handler: HealthHandler;
}

export interface HealthServer {
  /** Where it listens; `undefined` when it could not. */
  readonly port: number | undefined;
  /** Takes no more requests; resolves when those that have begun are answered, or given up after a second. */
  close(): Promise<void>;
}

/** A probe's or a scraper's request takes no longer. */
const requestTimeoutMs = 10_000;
/** Longer than any check may take. */
const silenceTimeoutMs = 15_000;
const mostConnections = 100;
const closeWithinMs = 1_000;

/**
 * Serves the health endpoints on a port of their own. The server keeps no process alive. A port that cannot be had is warned
 * of, and does not fail the app. Never rejects.
 */
export async function startHealthServer({ host, port, handler }: HealthServerOptions): Promise<HealthServer> {
  // Not imported: as a module of ES it would be loaded with undici, which is large.
  const { createServer } = process.getBuiltinModule("node:http");
  const server = createServer(
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs / 2,
      connectionsCheckingInterval: 5_000,
    },
    (request, response) => {
      if (!handler(request, response)) refuse(request, response);
    },
  );
  server.maxConnections = mostConnections;
  server.timeout = silenceTimeoutMs;
  server.on("connection", (socket) => socket.unref());
  const fault = await listen(server, host, port);
  if (fault) {
    warn(`The health endpoints are not served: ${reason(fault, host, port)}`);
    return { port: undefined, close: async () => {} };
  }
  server.unref();
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

const listen = (server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | undefined> =>
  new Promise((resolve) => {
    // Stays: an error later on, such as too many open files, is not to end the process.
    server.on("error", resolve);
    server.listen({ host, port }, () => resolve(undefined));
  });

const repair = "Set healthPort (AUTOWEAVE_HEALTH_PORT) to a free one, or to 0 for any";

function reason({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  switch (code) {
    case "EADDRINUSE":
      return `another program, or another process of this app, has port ${port} of ${host}. ${repair}.`;
    case "EACCES":
      return `this user may not listen on port ${port}. ${repair}.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${host} is no address of this machine. Set healthHost (AUTOWEAVE_HEALTH_HOST) to one of it, or to 0.0.0.0.`;
    default:
      return `${message}.`;
  }
}

/** What is none of the endpoints'. Its body is not read: the connection ends with the answer. */
function refuse({ method }: IncomingMessage, response: ServerResponse): void {
  const isRead = method === "GET" || method === "HEAD";
  const line = isRead
    ? "Not found: there are /live, /ready, /health and /metrics.\n"
    : "Only GET and HEAD.\n";
  response.writeHead(isRead ? 404 : 405, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": line.length,
    connection: "close",
    ...(isRead ? {} : { allow: "GET, HEAD" }),
  });
  response.end(method === "HEAD" ? undefined : line);
}

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const impatient = setTimeout(() => server.closeAllConnections(), closeWithinMs).unref();
    server.close(() => {
      clearTimeout(impatient);
      resolve();
    });
    server.closeIdleConnections();
  });
