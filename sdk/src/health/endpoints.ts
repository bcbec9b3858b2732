import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { warnOnce } from "../diagnostics.ts";
import type { Page } from "../metrics/exposition.ts";
import { failureDetail } from "./detail.ts";
import type { Health } from "./health.ts";

export interface HealthEndpointsOptions {
  readonly health: Health;
  /** Makes the page for `/metrics`; or says, in a line, why there is none and how to have one. */
  readonly metrics: ((accept: string | undefined) => Promise<Page>) | string;
}

/** Answers a request, and returns true; or returns false when it is none of the endpoints', and does nothing. */
export type HealthHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

type Endpoint = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Scrapes at the same time. */
const mostScrapes = 5;
/** An answer that has not been read by then is given up. */
const readWithinMs = 30_000;

/**
 * `/live`: 200, or 503 when the process should be restarted. `/ready`: 200, or 503 with the reason. `/health`: everything as
 * {@link HealthReport}; 503 when something critical failed. `/metrics`: OpenMetrics or Prometheus' text. `GET` and `HEAD`.
 */
export function healthEndpoints({ health, metrics }: HealthEndpointsOptions): HealthHandler {
  const endpoints = new Map<string, Endpoint>([
    ["/live", (...exchange) => sendJson(health.isAlive, { live: health.isAlive }, ...exchange)],
    [
      "/ready",
      async (...exchange) => {
        const { ready, notReady } = await health.run();
        sendJson(ready, { ready, ...(notReady === undefined ? {} : { reason: notReady }) }, ...exchange);
      },
    ],
    [
      "/health",
      async (...exchange) => {
        const report = await health.run();
        sendJson(report.status !== "failing", report, ...exchange);
      },
    ],
    [
      "/metrics",
      typeof metrics === "string" ? (...exchange) => sendLine(404, metrics, ...exchange) : pages(metrics),
    ],
  ]);
  return (request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") return false;
    const endpoint = endpoints.get((request.url ?? "").split("?", 1)[0] as string);
    if (!endpoint) return false;
    void answer(endpoint, request, response);
    return true;
  };
}

async function answer(endpoint: Endpoint, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const impatient = setTimeout(() => response.destroy(), readWithinMs).unref();
  response.once("close", () => clearTimeout(impatient));
  try {
    await endpoint(request, response);
  } catch (error) {
    if (response.destroyed) return;
    warnOnce("health endpoint", `A health endpoint could not answer: ${failureDetail(error)}`);
    if (response.headersSent) response.destroy();
    else sendLine(500, "Could not be answered.", request, response);
  }
}

function pages(make: (accept: string | undefined) => Promise<Page>): Endpoint {
  let open = 0;
  return async (request, response) => {
    if (open >= mostScrapes) {
      response.setHeader("retry-after", "1");
      return sendLine(503, "Too many scrapes at a time.", request, response);
    }
    open++;
    response.once("close", () => open--);
    const { contentType, chunks } = await make(request.headers.accept);
    const compressed = takesGzip.test(String(request.headers["accept-encoding"] ?? ""));
    response.setHeader("content-type", contentType);
    response.setHeader("cache-control", "no-store");
    response.setHeader("vary", "Accept, Accept-Encoding");
    if (compressed) response.setHeader("content-encoding", "gzip");
    if (request.method === "HEAD") response.end();
    else if (compressed) await pipeline(Readable.from(chunks), createGzip({ level: 1 }), response);
    else await pipeline(Readable.from(chunks), response);
  };
}

/** `gzip`, unless by a quality of 0. Source: RFC 9110, section 12.5.3. */
const takesGzip = /(?:^|,)\s*gzip\s*(?:;\s*q=(?:1|0?\.0*[1-9])[^,]*)?(?:,|$)/i;

const sendJson = (isWell: boolean, body: object, request: IncomingMessage, response: ServerResponse) =>
  send(isWell ? 200 : 503, "application/json", JSON.stringify(body), request, response);

const sendLine = (status: number, line: string, request: IncomingMessage, response: ServerResponse) =>
  send(status, "text/plain", line, request, response);

function send(
  status: number,
  type: string,
  line: string,
  { method }: IncomingMessage,
  response: ServerResponse,
): void {
  const body = `${line}\n`;
  response.writeHead(status, {
    "content-type": `${type}; charset=utf-8`,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
  });
  response.end(method === "HEAD" ? undefined : body);
}
