import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip, type ZlibOptions } from "node:zlib";
import { warnOnce } from "../diagnostics.ts";
import type { Exposition } from "../metrics/exposition.ts";
import type { Health } from "./health.ts";

export interface HealthEndpointsOptions {
  readonly health: Health;
  /** Makes the page for `/metrics`; or says, in a line, why there is none and how to have one. */
  readonly metrics: ((accept: string | undefined) => Promise<Exposition>) | string;
}

/** Answers a request, and returns true; or returns false when it is none of the endpoints', and does nothing. */
export type HealthHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

/** What is answered. */
interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Pages that are sent at the same time: a slow reader holds one in memory. */
const mostPages = 5;
/** An answer that has not been read by then is given up. */
const readWithinMs = 30_000;
/** Shorter pages are not worth compressing. */
const compressFromLength = 1_024;

type Endpoint = (request: IncomingMessage, response: ServerResponse) => Answer | Promise<Answer>;

/**
 * `/live`: 200, or 503 when the process should be restarted. `/ready`: 200, or 503 with the reason. `/health`: everything as
 * {@link HealthReport}; 503 when something critical failed. `/metrics`: OpenMetrics or Prometheus' text. `GET` and `HEAD`.
 */
export function healthEndpoints({ health, metrics }: HealthEndpointsOptions): HealthHandler {
  const endpoints = new Map<string, Endpoint>([
    ["/live", () => json(health.isAlive, { live: health.isAlive })],
    [
      "/ready",
      async () => {
        const { ready, notReady } = await health.run();
        return json(ready, { ready, ...(notReady === undefined ? {} : { reason: notReady }) });
      },
    ],
    [
      "/health",
      async () => {
        const report = await health.run();
        return json(report.status !== "failing", report);
      },
    ],
    ["/metrics", typeof metrics === "string" ? () => plain(404, metrics) : metricsPages(metrics)],
  ]);
  return (request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") return false;
    const endpoint = endpoints.get((request.url ?? "").split("?", 1)[0] as string);
    if (!endpoint) return false;
    void answer(endpoint, request, response);
    return true;
  };
}

function metricsPages(make: (accept: string | undefined) => Promise<Exposition>): Endpoint {
  let open = 0;
  return async ({ headers }, response) => {
    if (open >= mostPages) return plain(503, "Too many scrapes at a time.", { "retry-after": "1" });
    open++;
    response.once("close", () => open--);
    const { contentType, body } = await make(headers.accept);
    const page = { status: 200, contentType };
    const vary = { vary: "Accept, Accept-Encoding" };
    if (body.length < compressFromLength || !takesGzip.test(headers["accept-encoding"]?.toString() ?? "")) {
      return { ...page, body, headers: vary };
    }
    const compressed = await compress(body, { level: 1 });
    return { ...page, body: compressed, headers: { ...vary, "content-encoding": "gzip" } };
  };
}

const compress = promisify<string, ZlibOptions, Buffer>(gzip);

/** `gzip`, unless by a quality of 0. Source: RFC 9110, section 12.5.3. */
const takesGzip = /(?:^|,)\s*gzip\s*(?:;\s*q=(?:1|0?\.0*[1-9])[^,]*)?(?:,|$)/i;

async function answer(endpoint: Endpoint, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    send(await endpoint(request, response), request, response);
  } catch (error) {
    warnOnce(`endpoint ${request.url}`, `${request.url} could not be answered: ${error}`);
    if (!response.headersSent) send(plain(500, "could not be answered"), request, response);
  }
}

function send(
  { status, contentType, body, headers }: Answer,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const impatient = setTimeout(() => response.destroy(), readWithinMs).unref();
  response.once("close", () => clearTimeout(impatient));
  response.writeHead(status, {
    "content-type": contentType,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    ...headers,
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

const json = (isWell: boolean, body: object): Answer => ({
  status: isWell ? 200 : 503,
  contentType: "application/json; charset=utf-8",
  body: `${JSON.stringify(body)}\n`,
});

/** An answer of one line. */
const plain = (status: number, line: string, headers?: Readonly<Record<string, string>>): Answer => ({
  status,
  contentType: "text/plain; charset=utf-8",
  body: `${line}\n`,
  ...(headers ? { headers } : {}),
});
