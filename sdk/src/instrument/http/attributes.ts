import type { Attributes } from "@opentelemetry/api";
import { attributes } from "../../names/index.ts";

/** Source: OpenTelemetry, semantic conventions for HTTP (stable): RFC 9110, PATCH and QUERY. */
const knownMethods = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "CONNECT",
  "OPTIONS",
  "TRACE",
  "PATCH",
  "QUERY",
]);

/** What a method outside the known ones is called: anyone may send any. */
export const otherMethod = "_OTHER";

export const methodOf = (method: string | undefined) =>
  method !== undefined && knownMethods.has(method) ? method : otherMethod;

/** What a span is called before its route is known. */
export const methodName = (method: string) => (method === otherMethod ? "HTTP" : method);

const longestPath = 1_024;
const longestName = 256;

/** The path without the query, which may hold secrets; bounded. */
export function pathOf(url: string): string {
  const query = url.indexOf("?");
  return url.slice(0, query === -1 ? longestPath : Math.min(query, longestPath));
}

export const bounded = (text: string) => (text.length > longestName ? text.slice(0, longestName) : text);

/** Puts `server.address` and `server.port` of `host:port`, `[::1]:port` or `host` into `into`. */
export function addServer(into: Attributes, host: string, defaultPort?: number): void {
  const colon = host.lastIndexOf(":");
  const port = colon > host.lastIndexOf("]") ? Number(host.slice(colon + 1)) : Number.NaN;
  into[attributes.serverAddress] = bounded(Number.isNaN(port) ? host : host.slice(0, colon));
  const known = port > 0 ? port : defaultPort;
  if (known !== undefined) into[attributes.serverPort] = known;
}
