import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, createServer, get as httpGet, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import { withTenant } from "../../../src/context/tenant.ts";
import { traceOutgoingFetch } from "../../../src/instrument/http/outgoing-fetch.ts";
import { traceOutgoingHTTP } from "../../../src/instrument/http/outgoing-http.ts";
import type { Undo } from "../../../src/instrument/wrap.ts";
import { attributes } from "../../../src/names/index.ts";
import { ownTenant, recordTelemetry, type RecordedTelemetry } from "../../support/recorded-telemetry.ts";

interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
}

/** Sends a GET and returns what the server got, as the server says in its answer. */
const clients: Record<string, { trace: () => Undo; get: (url: string) => Promise<Answer> }> = {
  "http.request": {
    trace: traceOutgoingHTTP,
    async get(url) {
      const [response] = (await once(httpGet(url), "response")) as [IncomingMessage];
      return {
        status: response.statusCode ?? 0,
        headers: JSON.parse(await text(response)) as Answer["headers"],
      };
    },
  },
  fetch: {
    trace: traceOutgoingFetch,
    async get(url) {
      const response = await fetch(url);
      return { status: response.status, headers: (await response.json()) as Answer["headers"] };
    },
  },
};

let recorded: RecordedTelemetry;
let server: Server;
let port: number;
let undo: Undo;

describe("outgoing requests", () => {
  beforeEach(async () => {
    recorded = recordTelemetry(["127.0.0.1"]);
    server = createServer((req, res) => {
      const status = Number(/^\/status\/(\d+)/.exec(req.url ?? "")?.[1] ?? 200);
      if (req.url === "/reset") req.socket.destroy();
      else res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(req.headers));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  });

  afterEach(async () => {
    undo();
    server.closeAllConnections();
    server.close();
    await recorded.stop();
  });

  for (const [name, client] of Object.entries(clients)) {
    describe(`a request by ${name}`, () => {
      beforeEach(() => {
        undo = client.trace();
      });

      it("is a client span, which carries no query", async () => {
        await client.get(`http://127.0.0.1:${port}/things?token=secret`);
        await recorded.ended(1);
        const span = recorded.span("GET");
        assert.equal(span.kind, SpanKind.CLIENT);
        assert.deepEqual(span.attributes, {
          "http.request.method": "GET",
          "url.full": `http://127.0.0.1:${port}/things`,
          "server.address": "127.0.0.1",
          "server.port": port,
          "http.response.status_code": 200,
          "tenant.id": ownTenant,
        });
      });

      it("takes trace and tenant to a host that is allowed", async () => {
        const { headers } = await withTenant("acme", () => client.get(`http://127.0.0.1:${port}/`));
        await recorded.ended(1);
        const { traceId, spanId } = recorded.span("GET").spanContext();
        assert.equal(headers["traceparent"], `00-${traceId}-${spanId}-01`);
        assert.equal(headers["baggage"], "tenant.id=acme");
        assert.equal(recorded.span("GET").attributes[attributes.tenantId], "acme");
      });

      it("takes nothing to any other host", async () => {
        const { headers } = await withTenant("acme", () => client.get(`http://localhost:${port}/`));
        await recorded.ended(1);
        assert.equal(headers["traceparent"], undefined);
        assert.equal(headers["baggage"], undefined);
      });

      it("is a child of what sent it", async () => {
        const parent = trace.getTracer("test").startSpan("parent");
        await context.with(trace.setSpan(ROOT_CONTEXT, parent), () =>
          client.get(`http://127.0.0.1:${port}/`),
        );
        await recorded.ended(1);
        assert.equal(recorded.span("GET").parentSpanContext?.spanId, parent.spanContext().spanId);
      });

      it("fails with the answer's status from 400 on", async () => {
        await client.get(`http://127.0.0.1:${port}/status/404`);
        await recorded.ended(1);
        const span = recorded.span("GET");
        assert.equal(span.attributes[attributes.httpStatusCode], 404);
        assert.equal(span.attributes[attributes.errorType], "404");
        assert.equal(span.status.code, SpanStatusCode.ERROR);
      });

      it("fails with the error of its connection, which the app gets as ever", async () => {
        await assert.rejects(client.get(`http://127.0.0.1:${port}/reset`));
        await recorded.ended(1);
        const span = recorded.span("GET");
        assert.equal(span.status.code, SpanStatusCode.ERROR);
        assert.match(String(span.attributes[attributes.errorType]), /ECONNRESET|UND_ERR_SOCKET/);
      });

      it("is not seen where tracing is suppressed, as for the SDK's own requests", async () => {
        const { headers } = await context.with(suppressTracing(ROOT_CONTEXT), () =>
          client.get(`http://127.0.0.1:${port}/`),
        );
        assert.equal(headers["traceparent"], undefined);
        assert.equal(recorded.spans.length, 0);
      });

      it("is not seen any more when that was undone", async () => {
        undo();
        const { headers } = await client.get(`http://127.0.0.1:${port}/`);
        assert.equal(headers["traceparent"], undefined);
        assert.equal(recorded.spans.length, 0);
      });
    });
  }

  describe("a request by http.request", () => {
    beforeEach(() => {
      undo = traceOutgoingHTTP();
    });

    it("is sent as it is when its headers were given as a list", async () => {
      const headers = ["Host", "127.0.0.1", "X-One", "1"];
      const [response] = (await once(httpGet({ host: "127.0.0.1", port, headers }), "response")) as [
        IncomingMessage,
      ];
      assert.equal((JSON.parse(await text(response)) as Answer["headers"])["x-one"], "1");
      await recorded.ended(1);
    });

    it("goes where its connection goes, not where its Host header says", async () => {
      const [response] = (await once(
        httpGet({ host: "localhost", port, headers: { Host: "127.0.0.1" } }),
        "response",
      )) as [IncomingMessage];
      assert.equal((JSON.parse(await text(response)) as Answer["headers"])["traceparent"], undefined);
      await recorded.ended(1);
      assert.equal(recorded.span("GET").attributes[attributes.serverAddress], "localhost");
    });

    it("ends when its response has, and leaves an unread one unread", async () => {
      const [response] = (await once(httpGet(`http://127.0.0.1:${port}/`), "response")) as [IncomingMessage];
      assert.equal(response.readableFlowing, null);
      assert.equal(recorded.spans.length, 0);
      response.resume();
      await recorded.ended(1);
    });

    it("ends when it was aborted", async () => {
      const outgoing = request({ port, host: "127.0.0.1", agent: new Agent() }).on("error", () => {});
      outgoing.end();
      outgoing.destroy();
      await recorded.ended(1);
      assert.equal(recorded.span("GET").status.code, SpanStatusCode.ERROR);
    });

    it("ends when the connection is upgraded", async () => {
      const answer = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n";
      server.on("upgrade", (_req, socket) => socket.end(answer));
      const outgoing = httpGet({
        host: "127.0.0.1",
        port,
        headers: { connection: "upgrade", upgrade: "test" },
      });
      const [, socket] = await once(outgoing, "upgrade");
      socket.destroy();
      await recorded.ended(1);
    });
  });

  describe("a request by fetch", () => {
    beforeEach(() => {
      undo = traceOutgoingFetch();
    });

    it("keeps the trace context that the app has written itself", async () => {
      const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
      const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { traceparent } });
      assert.equal(((await response.json()) as Answer["headers"])["traceparent"], traceparent);
    });

    it("fails when it was aborted", async () => {
      const controller = new AbortController();
      const response = fetch(`http://127.0.0.1:${port}/`, { signal: controller.signal });
      queueMicrotask(() => controller.abort());
      await assert.rejects(response, { name: "AbortError" });
      await recorded.ended(1);
      assert.equal(recorded.span("GET").status.code, SpanStatusCode.ERROR);
    });
  });
});
