import type { Span } from "@opentelemetry/api";
import type { Undo } from "../wrap.ts";
import { listen } from "../listen.ts";
import { failClientSpan, recordStatus, startClientSpan } from "./client-span.ts";

/** Source: undici, docs/api/DiagnosticsChannel.md. */
const channels = {
  created: "undici:request:create",
  answered: "undici:request:headers",
  ended: "undici:request:trailers",
  failed: "undici:request:error",
} as const;

interface UndiciRequest {
  readonly origin: string | URL;
  readonly path: string;
  readonly method: string;
  /** Of a WebSocket's: its end is told nobody. */
  readonly upgrade?: string | boolean | null;
  /** Names and values in turn. */
  readonly headers?: unknown;
  addHeader(name: string, value: string): void;
}

interface Message {
  readonly request: UndiciRequest;
  readonly response?: { readonly statusCode: number };
  readonly error?: unknown;
}

/** Spans for what `fetch` and undici send, Node's own or an installed one. Wraps nothing; may begin at any time. */
export function traceOutgoingFetch(): Undo {
  const spans = new WeakMap<UndiciRequest, Span>();

  const created = (message: unknown) => {
    const { request } = message as Message;
    const origin = URL.parse(String(request.origin));
    if (!origin || request.upgrade) return;
    const { protocol, host } = origin;
    const span = startClientSpan(
      { method: request.method, protocol, host, path: request.path },
      request,
      headerSetter,
    );
    if (span) spans.set(request, span);
  };
  const answered = (message: unknown) => {
    const { request, response } = message as Message;
    const span = spans.get(request);
    if (span && response) recordStatus(span, response.statusCode);
  };
  const ended = (message: unknown) => {
    const { request } = message as Message;
    spans.get(request)?.end();
  };
  const failed = (message: unknown) => {
    const { request, error } = message as Message;
    const span = spans.get(request);
    if (span) failClientSpan(span, error);
  };

  return listen(channels, { created, answered, ended, failed });
}

const headerSetter = {
  set(request: UndiciRequest, name: string, value: string) {
    // It cannot be replaced, and twice it would mean nothing.
    if (!has(request.headers, name)) request.addHeader(name, value);
  },
};

const has = (headers: unknown, name: string) =>
  Array.isArray(headers) &&
  headers.some((one, index) => index % 2 === 0 && typeof one === "string" && one.toLowerCase() === name);
