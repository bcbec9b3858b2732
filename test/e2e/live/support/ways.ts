import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { Client, credentials, Metadata, status } from "@grpc/grpc-js";
import type { Live } from "../../../support/live.ts";
import type { Signal } from "./otlp.ts";
import { lokiPushOf, otlpOf, type Probe } from "./probe.ts";
import { protobufOf } from "./protobuf.ts";

type Headers = Record<string, string>;

/** One of the ways to write to the live stack. */
interface Way {
  signal: Signal;
  /** The status of the answer, e.g. `200`, `UNAUTHENTICATED`. */
  write(live: Live, headers: Headers, probe: Probe): Promise<string>;
  accepted: string;
  unauthenticated: string;
}

const signals: readonly Signal[] = ["traces", "logs", "metrics"];

const overHttp = (
  signal: Signal,
  endpoint: string,
  path: string,
  bodyOf: (probe: Probe) => object,
  accepted = "200",
): Way => ({
  signal,
  write: async (live, headers, probe) => {
    const answer = await ask(live.endpoint(endpoint) + path, headers, JSON.stringify(bodyOf(probe)));
    return String(answer.status);
  },
  accepted,
  unauthenticated: "401",
});

const overGrpc = (signal: Signal): Way => ({
  signal,
  write: (live, headers, probe) =>
    exportOverGrpc(
      new URL(live.direct("gateway-otlp-grpc")).host,
      signal,
      headers,
      protobufOf(otlpOf(signal, probe)),
    ),
  accepted: "OK",
  unauthenticated: "UNAUTHENTICATED",
});

/** By name. */
export const ways: Record<string, Way> = {
  ...Object.fromEntries(
    signals.map((signal) => [
      `OTLP/HTTP ${signal}`,
      overHttp(signal, "otlp", `/v1/${signal}`, (probe) => otlpOf(signal, probe)),
    ]),
  ),
  ...Object.fromEntries(signals.map((signal) => [`OTLP/gRPC ${signal}`, overGrpc(signal)])),
  "Loki's push API": overHttp("logs", "loki", "/loki/api/v1/push", lokiPushOf, "204"),
  "Loki's OTLP path": overHttp("logs", "loki", "/otlp/v1/logs", (probe) => otlpOf("logs", probe)),
};

/** Asks with the headers as they are written, their case included; with a body it is a POST of JSON. */
export async function ask(
  url: string,
  headers: Headers,
  body?: string,
): Promise<{ status: number; text: string }> {
  const sent = request(url, {
    method: body === undefined ? "GET" : "POST",
    headers: { ...headers, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
    agent: false,
  });
  sent.end(body);
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, text: await text(answer) };
}

async function exportOverGrpc(
  host: string,
  signal: Signal,
  headers: Headers,
  message: Buffer,
): Promise<string> {
  const name = { traces: "Trace", logs: "Logs", metrics: "Metrics" }[signal];
  const path = `/opentelemetry.proto.collector.${signal === "traces" ? "trace" : signal}.v1.${name}Service/Export`;
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(headers)) metadata.add(key, value);
  const client = new Client(host, credentials.createInsecure());
  const same = (bytes: Buffer) => bytes;
  try {
    return await new Promise((resolve) =>
      client.makeUnaryRequest(
        path,
        same,
        same,
        message,
        metadata,
        { deadline: Date.now() + 20_000 },
        (error) => resolve(status[error?.code ?? status.OK]),
      ),
    );
  } finally {
    client.close();
  }
}
