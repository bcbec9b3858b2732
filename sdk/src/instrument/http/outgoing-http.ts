import type { ClientRequest, IncomingMessage } from "node:http";
import { isIPv6 } from "node:net";
import type { Span } from "@opentelemetry/api";
import type { Undo } from "../wrap.ts";
import { listen } from "../listen.ts";
import { failClientSpan, recordStatus, startClientSpan } from "./client-span.ts";

/** Source: Node.js, diagnostics_channel, built-in channels; `created` since 22.12. */
const channels = {
  created: "http.client.request.created",
  answered: "http.client.response.finish",
  failed: "http.client.request.error",
} as const;

/** Spans for what `http.request`, `https.request` and all that is built on them send. Wraps nothing; may begin at any time. */
export function traceOutgoingHTTP(): Undo {
  const spans = new WeakMap<ClientRequest, Span>();

  const created = (message: unknown) => {
    const { request } = message as { request: ClientRequest };
    const { method, protocol, path } = request;
    const span = startClientSpan({ method, protocol, host: hostOf(request), path }, request, headerSetter);
    if (!span) return;
    spans.set(request, span);
    request.on("close", () => span.end());
  };
  const answered = (message: unknown) => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
    const span = spans.get(request);
    if (span && response.statusCode !== undefined) recordStatus(span, response.statusCode);
  };
  const failed = (message: unknown) => {
    const { request, error } = message as { request: ClientRequest; error: Error };
    const span = spans.get(request);
    if (span) failClientSpan(span, error);
  };

  return listen(channels, { created, answered, failed });
}

const headerSetter = {
  set(request: ClientRequest, name: string, value: string) {
    // Headers that were given as a list have been written already.
    if (!request.headersSent) request.setHeader(name, value);
  },
};

/** Whom the request goes to; the port as the `Host` header tells it, unless the app has that name somebody else. */
function hostOf(request: ClientRequest): string {
  const name = isIPv6(request.host) ? `[${request.host}]` : request.host;
  const header = request.getHeader("host");
  return typeof header === "string" && header.startsWith(`${name}:`) ? header : name;
}
