import type { IncomingMessage } from "node:http";
import type { RequestOptions } from "node:https";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { suppressTracing } from "../context/suppression.ts";
import { type TlsFileOptions, TlsFiles } from "./tls-files.ts";

/** Takes a request to a backend and its answer back. */
export interface Transport {
  /** Rejects when there is no whole answer, and when `signal` aborts. */
  post(body: Uint8Array, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer>;
  /** Ends all connections. */
  close(): void;
}

export interface Answer {
  readonly status: number;
  /** Empty if there is none. */
  readonly contentType: string;
  readonly retryAfter?: string | undefined;
  /** The first 64 KiB. */
  readonly body: Uint8Array;
}

/** OTLP has no longer answers. */
const longestAnswerBytes = 64 * 1024;

/** Shorter bodies gain nothing. */
const leastGzipBytes = 1024;

/** The fastest level: the default one costs three times the CPU and saves 3 % of the bytes, measured on batches of spans. */
const gzipped = promisify<Uint8Array, object, Buffer>(gzip);
const gzipOptions = { level: constants.Z_BEST_SPEED };

/**
 * HTTP/1.1 on connections that are kept, at most `maxConnections`, which keep no process alive. Nobody traces these requests:
 * they would make telemetry of their own. `tlsFiles` are for https.
 */
export function httpTransport(url: string, maxConnections: number, tlsFiles: TlsFileOptions = {}): Transport {
  const target = new URL(url);
  // Loaded when first needed: TLS is large.
  const { request, Agent } = process.getBuiltinModule(
    target.protocol === "https:" ? "node:https" : "node:http",
  );
  const agent = new Agent({ keepAlive: true, maxSockets: maxConnections, maxFreeSockets: maxConnections });
  const files = new TlsFiles(target.protocol === "https:" ? tlsFiles : {});
  const untraced = suppressTracing(ROOT_CONTEXT);

  /** A kept connection may have been closed by the other side, just now: then a fresh one is due. */
  const exchange = (body: Uint8Array, options: RequestOptions): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const outgoing = request(target, options);
      outgoing.on("socket", (socket) => socket.unref());
      outgoing.on("response", (response) => readAnswer(response).then(resolve, reject));
      outgoing.on("error", (error: NodeJS.ErrnoException) => {
        const stale = outgoing.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE");
        if (stale) exchange(body, { ...options }).then(resolve, reject);
        else reject(error);
      });
      outgoing.end(body);
    });

  return {
    async post(body, headers, signal) {
      const compress = body.length >= leastGzipBytes;
      const content = compress ? await gzipped(body, gzipOptions) : body;
      signal.throwIfAborted();
      const secureContext = files.context();
      const options = {
        method: "POST",
        agent,
        signal,
        ...(secureContext && { secureContext }),
        headers: {
          ...headers,
          "content-type": "application/x-protobuf",
          "content-length": content.length,
          ...(compress && { "content-encoding": "gzip" }),
          "user-agent": "autoweave-observability",
        },
      };
      return context.with(untraced, exchange, undefined, content, options);
    },
    close: () => agent.destroy(),
  };
}

function readAnswer(response: IncomingMessage): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const answer = () =>
      resolve({
        status: response.statusCode ?? 0,
        contentType: response.headers["content-type"] ?? "",
        retryAfter: response.headers["retry-after"],
        body: Buffer.concat(chunks).subarray(0, longestAnswerBytes),
      });
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length < longestAnswerBytes) return;
      answer();
      response.destroy();
    });
    response.on("end", answer);
    response.on("error", reject);
    response.on("close", () => reject(new Error("the answer ended too early")));
  });
}
