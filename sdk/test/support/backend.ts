import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import type { Signal } from "../../src/names/index.ts";
import { decodeRequest, type Received, recordsOf } from "./otlp-decode.ts";

/** A request that arrived whole. */
export interface ReceivedRequest {
  signal: Signal;
  path: string;
  headers: IncomingMessage["headers"];
  /** As it was sent, unpacked. */
  body: Buffer;
  /** On the wire. */
  wireBytes: number;
  records: Received[];
  /** Whether the backend kept what is in it and said so. */
  acknowledged: boolean;
}

/** How the backend treats a request. */
export interface Behaviour {
  /** Pause before each piece of the request that is read. */
  readPauseMs?: number;
  /** Answers, or does not; true: what was sent is kept. */
  answer(request: ReceivedRequest, response: ServerResponse): boolean;
}

const behaviour = (answer: Behaviour["answer"]): Behaviour => ({ answer });
const protobuf = { "content-type": "application/x-protobuf" };

export const accept = behaviour((_, response) => {
  response.writeHead(200, protobuf).end();
  return true;
});

/** Takes all but so many items, as protobuf or as JSON. */
export const acceptPartly = (rejected: number, message: string, form: "protobuf" | "json" = "protobuf") =>
  behaviour(({ signal }, response) => {
    const field = { traces: "rejectedSpans", metrics: "rejectedDataPoints", logs: "rejectedLogRecords" }[
      signal
    ];
    const json = { partialSuccess: { [field]: `${rejected}`, errorMessage: message } };
    if (form === "json")
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(json));
    else response.writeHead(200, protobuf).end(partialSuccess(rejected, message));
    return true;
  });

/** Answers with a status other than 200. `retryAfter`: seconds or a date. */
export const refuse = (status: number, { message = "", retryAfter = "" } = {}) =>
  behaviour((_, response) => {
    const headers = { "content-type": "text/plain", ...(retryAfter && { "retry-after": retryAfter }) };
    response.writeHead(status, headers).end(message);
    return false;
  });

/** 413 for what is larger, unpacked. */
export const refuseAbove = (bytes: number) =>
  behaviour((request, response) =>
    (request.body.length > bytes ? refuse(413) : accept).answer(request, response),
  );

/** Never answers. */
export const hang = behaviour(() => false);

/** Ends the connection instead of answering. */
export const reset = behaviour((_, response) => {
  response.socket?.resetAndDestroy();
  return false;
});

/** Promises a longer answer than it gives. */
export const breakOff = behaviour((_, response) => {
  response.writeHead(200, { ...protobuf, "content-length": "100" });
  response.write("\x0a", () => response.socket?.destroy());
  return false;
});

/** A portal's page instead of an acknowledgement. */
export const answerHtml = behaviour((_, response) => {
  response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Sign in</title>");
  return false;
});

/** Takes its time for each piece of the request. */
export const readSlowly = (readPauseMs: number): Behaviour => ({ ...accept, readPauseMs });

/** An OTLP backend on loopback that is as good or bad as it is told to be. */
export class Backend {
  /** Without a path. */
  url = "";
  readonly requests: ReceivedRequest[] = [];
  readonly #server;
  readonly #scheme;
  readonly #next: Behaviour[] = [];
  #always: Behaviour = accept;
  readonly #waiters = new Set<() => void>();
  /** Requests being served at the same time, and the most that ever were. */
  #serving = 0;
  mostAtOnce = 0;

  /** With `tls` it speaks https. */
  constructor(tls?: ServerOptions) {
    const serve = (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response);
    this.#scheme = tls ? "https" : "http";
    this.#server = tls ? createSecureServer(tls, serve) : createServer(serve);
  }

  static async start(tls?: ServerOptions): Promise<Backend> {
    const backend = new Backend(tls);
    await backend.listen();
    return backend;
  }

  endpoint(signal: Signal): string {
    return `${this.url}/v1/${signal}`;
  }

  /** From now on. */
  behave(behaviour: Behaviour): void {
    this.#always = behaviour;
  }

  /** For the next requests, one each. */
  behaveNext(...behaviours: Behaviour[]): void {
    this.#next.push(...behaviours);
  }

  /** What it acknowledged. */
  get kept(): Received[] {
    return this.requests.filter(({ acknowledged }) => acknowledged).flatMap(({ records }) => records);
  }

  /** Resolves when so many requests have arrived in all. */
  async arrived(requests: number): Promise<void> {
    while (this.requests.length < requests) await new Promise<void>((resolve) => this.#waiters.add(resolve));
  }

  /** Refuses connections, and ends those that there are. */
  async refuseConnections(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Listens, where it did before; does nothing more where it does. */
  async listen(): Promise<void> {
    if (this.#server.listening) return;
    this.#server.listen(this.url ? Number(new URL(this.url).port) : 0, "127.0.0.1");
    await once(this.#server, "listening");
    this.url = `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    if (this.#server.listening) await this.refuseConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const behaviour = this.#next.shift() ?? this.#always;
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#serving);
    response.on("close", () => this.#serving--);
    const received = await read(request, behaviour.readPauseMs);
    if (!received) return;
    received.acknowledged = behaviour.answer(received, response);
    this.requests.push(received);
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
  }
}

/** `undefined`: the client gave up. */
async function read(request: IncomingMessage, pauseMs = 0): Promise<ReceivedRequest | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  } catch {
    return undefined;
  }
  const wire = Buffer.concat(chunks);
  const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(wire) : wire;
  const path = request.url ?? "";
  const signal = path.slice(path.lastIndexOf("/") + 1) as Signal;
  const records = recordsOf(signal, decodeRequest(signal, body, request.headers["content-type"]));
  return {
    signal,
    path,
    headers: request.headers,
    body,
    wireBytes: wire.length,
    records,
    acknowledged: false,
  };
}

/** The message `Export…ServiceResponse` with a partial success. */
export function partialSuccess(rejected: number, message: string): Buffer {
  const text = Buffer.from(message);
  const inner = Buffer.concat([Buffer.from([0x08, ...varint(rejected), 0x12, ...varint(text.length)]), text]);
  return Buffer.concat([Buffer.from([0x0a, ...varint(inner.length)]), inner]);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 0x80))];
}
