import { once } from "node:events";
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";

type Attributes = Record<string, unknown>;

/** A record as a backend got it, with the tenant that the request's header named. */
export interface Received {
  signal: "traces" | "metrics" | "logs";
  orgId: string | undefined;
  resource: Attributes;
  attributes: Attributes;
  /** The name of the span or metric, or the text of the line. */
  text: string;
}

interface KeyValue {
  key: string;
  value: Record<string, unknown>;
}
const plain = (pairs: KeyValue[] = []): Attributes =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]]));

/* eslint-disable @typescript-eslint/no-explicit-any -- OTLP's JSON, read loosely */
const readers: Record<Received["signal"], (body: any) => { resource: any; attributes: any; text: string }[]> =
  {
    traces: ({ resourceSpans = [] }) =>
      resourceSpans.flatMap(({ resource, scopeSpans }: any) =>
        scopeSpans.flatMap(({ spans }: any) =>
          spans.map(({ attributes, name }: any) => ({ resource, attributes, text: name })),
        ),
      ),
    metrics: ({ resourceMetrics = [] }) =>
      resourceMetrics.flatMap(({ resource, scopeMetrics }: any) =>
        scopeMetrics.flatMap(({ metrics }: any) =>
          metrics.flatMap(({ name, gauge }: any) =>
            gauge.dataPoints.map(({ attributes }: any) => ({ resource, attributes, text: name })),
          ),
        ),
      ),
    logs: ({ resourceLogs = [] }) =>
      resourceLogs.flatMap(({ resource, scopeLogs }: any) =>
        scopeLogs.flatMap(({ logRecords }: any) =>
          logRecords.map(({ attributes, body }: any) => ({ resource, attributes, text: body.stringValue })),
        ),
      ),
  };
/* eslint-enable */

/** Stands in for every backend: takes OTLP as JSON and notes what it got. */
export async function startOtlpSink() {
  const received: Received[] = [];
  let available = true;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (!available) return response.writeHead(503).end();
      const body = Buffer.concat(chunks);
      const text = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
      const signal = (request.url ?? "").split("/").at(-1) as Received["signal"];
      const orgId = request.headers["x-scope-orgid"] as string | undefined;
      for (const record of readers[signal](JSON.parse(text.toString()))) {
        received.push({
          signal,
          orgId,
          resource: plain(record.resource?.attributes),
          attributes: plain(record.attributes),
          text: record.text,
        });
      }
      return response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    /** From now on every request is answered with 503, or taken. */
    setAvailable: (value: boolean) => {
      available = value;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
