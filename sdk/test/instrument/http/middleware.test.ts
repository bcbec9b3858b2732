import assert from "node:assert/strict";
import { type EventEmitter, once } from "node:events";
import {
  Agent,
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type RequestListener,
  type Server,
} from "node:http";
import { connect, constants, createServer as createHTTP2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import express5 from "express";
import express4 from "express4";
import { currentTenant } from "../../../src/context/tenant.ts";
import { createHTTPMiddleware, type HTTPMiddlewareOptions } from "../../../src/instrument/http/middleware.ts";
import { attributes } from "../../../src/names/index.ts";
import { ownTenant, recordTelemetry, type RecordedTelemetry } from "../../support/recorded-telemetry.ts";

const duration = "http_server_request_duration_seconds";

let recorded: RecordedTelemetry;
let server: Server | undefined;
let origin: string;

async function serve(handler: RequestListener): Promise<void> {
  server = createServer(handler).listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const get = async (path: string, init?: RequestInit) => {
  const response = await fetch(origin + path, init);
  return { status: response.status, body: await response.text() };
};

describe("the HTTP middleware", () => {
  beforeEach(() => {
    recorded = recordTelemetry();
  });

  afterEach(async () => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
    await recorded.stop();
  });

  for (const [version, express] of Object.entries({ "express 4": express4, "express 5": express5 })) {
    describe(`in ${version}`, () => {
      it("makes a server span and a measurement of each request, by method, route template and status", async () => {
        const app = express();
        app.use(createHTTPMiddleware());
        const router = express.Router();
        router.get("/:id", (_req, res) => void res.status(201).send("ok"));
        app.use("/devices", router);
        await serve(app);
        await get("/devices/42?token=secret");
        await recorded.ended(1);
        const span = recorded.span("GET /devices/:id");
        assert.equal(span.kind, SpanKind.SERVER);
        const { [attributes.userAgent]: agent, [attributes.serverPort]: port, ...rest } = span.attributes;
        assert.equal(typeof agent, "string");
        assert.equal(`http://127.0.0.1:${port}`, origin);
        assert.deepEqual(rest, {
          "http.request.method": "GET",
          "url.path": "/devices/42",
          "url.scheme": "http",
          "network.protocol.version": "1.1",
          "server.address": "127.0.0.1",
          "http.route": "/devices/:id",
          "http.response.status_code": 201,
          "tenant.id": ownTenant,
        });
        assert.equal(span.status.code, SpanStatusCode.UNSET);
        const labels = {
          http_request_method: "GET",
          http_route: "/devices/:id",
          http_response_status_code: "201",
          tenant_id: ownTenant,
        };
        assert.equal(await recorded.metric(duration, labels), 1);
      });

      it("runs handlers in the request's context, also after the body was read", async () => {
        const app = express();
        app.use(createHTTPMiddleware());
        app.use(express.json());
        app.post("/", async (req, res) => {
          await new Promise(setImmediate);
          res.send({ span: trace.getActiveSpan()?.spanContext().spanId, body: req.body as unknown });
        });
        await serve(app);
        const answer = await get("/", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: '{"a":1}',
        });
        await recorded.ended(1);
        assert.deepEqual(JSON.parse(answer.body), {
          span: recorded.span("POST /").spanContext().spanId,
          body: { a: 1 },
        });
      });

      it("marks what ends with a status of 500 or above as failed, and nothing below", async () => {
        const app = express();
        app.use(createHTTPMiddleware());
        app.get("/thrown", () => {
          throw new Error("broken");
        });
        app.get("/missing", (_req, res) => void res.status(404).end());
        app.use(
          ((_error, _req, res, next) =>
            void (res.headersSent ? next() : res.status(500).end())) as express5.ErrorRequestHandler,
        );
        await serve(app);
        await get("/thrown");
        await get("/missing");
        await recorded.ended(2);
        const thrown = recorded.span("GET /thrown");
        assert.equal(thrown.status.code, SpanStatusCode.ERROR);
        assert.equal(thrown.attributes[attributes.errorType], "500");
        assert.equal(recorded.span("GET /missing").status.code, SpanStatusCode.UNSET);
      });

      it("gives what no route matched no path as a label", async () => {
        const app = express();
        app.use(createHTTPMiddleware());
        await serve(app);
        await get("/wp-login.php");
        await recorded.ended(1);
        assert.equal(recorded.span("GET").attributes[attributes.urlPath], "/wp-login.php");
        assert.equal(await recorded.metric(duration, { http_route: "" }), 1);
      });
    });
  }

  const handle = (
    handler: (...args: Parameters<RequestListener>) => unknown,
    options?: HTTPMiddlewareOptions,
  ) => {
    const middleware = createHTTPMiddleware(options);
    return serve((req, res) => void middleware(req, res, () => handler(req, res)));
  };

  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const parentId = "b7ad6b7169203331";
  const traceparent = `00-${traceId}-${parentId}-01`;

  describe("for plain http", () => {
    it("continues the client's trace", async () => {
      await handle((_req, res) => res.end());
      await get("/", { headers: { traceparent } });
      await recorded.ended(1);
      const span = recorded.span("GET");
      assert.equal(span.spanContext().traceId, traceId);
      assert.equal(span.parentSpanContext?.spanId, parentId);
    });

    it("begins a trace for each request, whatever was active when the server began to listen", async () => {
      const startup = trace.getTracer("test").startSpan("startup");
      await context.with(trace.setSpan(context.active(), startup), () => handle((_req, res) => res.end()));
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (let i = 0; i < 2; i++) {
        const [response] = await once(httpRequest(origin, { agent }).end(), "response");
        await text(response);
      }
      agent.destroy();
      await recorded.ended(2);
      const [first, second] = recorded.spans;
      assert.equal(first?.parentSpanContext, undefined);
      assert.equal(second?.parentSpanContext, undefined);
      assert.notEqual(first?.spanContext().traceId, second?.spanContext().traceId);
    });

    it("runs the listeners of the body in the request's context, whenever its parts come", async () => {
      const seen: (string | undefined)[] = [];
      const first = Promise.withResolvers<undefined>();
      await handle((req, res) => {
        req.on("data", () => {
          seen.push(trace.getActiveSpan()?.spanContext().spanId);
          first.resolve(undefined);
        });
        req.on("end", () => {
          seen.push(trace.getActiveSpan()?.spanContext().spanId);
          res.end();
        });
      });
      const request = httpRequest(origin, { method: "POST" });
      request.write("one");
      await first.promise;
      request.end("two");
      await once(request, "response");
      await recorded.ended(1);
      const id = recorded.span("POST").spanContext().spanId;
      assert.deepEqual(seen, [id, id, id]);
    });

    it("leaves the body to the app, whole and unread", async () => {
      await handle(async (req, res) => {
        await new Promise(setImmediate);
        assert.equal(req.readableFlowing, null);
        res.end(await text(req));
      });
      assert.equal((await get("/", { method: "POST", body: "x".repeat(100_000) })).body.length, 100_000);
    });

    it("measures until a streamed response has ended", async () => {
      const release = Promise.withResolvers<undefined>();
      await handle(async (_req, res) => {
        res.write("first");
        await release.promise;
        res.end("last");
      });
      const response = await fetch(origin);
      assert.equal(recorded.spans.length, 0);
      release.resolve(undefined);
      assert.equal(await response.text(), "firstlast");
      await recorded.ended(1);
    });

    it("tells a client that has gone from a failure", async () => {
      const arrived = Promise.withResolvers<undefined>();
      await handle(() => arrived.resolve(undefined));
      const request = httpRequest(origin)
        .on("error", () => {})
        .end();
      await arrived.promise;
      request.destroy();
      await recorded.ended(1);
      const span = recorded.span("GET");
      assert.equal(span.attributes[attributes.errorType], "aborted");
      assert.equal(span.attributes[attributes.httpStatusCode], undefined);
      assert.equal(span.status.code, SpanStatusCode.UNSET);
      assert.equal(await recorded.metric(duration, { http_response_status_code: "" }), 1);
    });

    it("records what a handler throws, and passes it on", async () => {
      const thrown = new Error("broken");
      const middleware = createHTTPMiddleware();
      await serve((req, res) => {
        assert.throws(
          () =>
            middleware(req, res, () => {
              throw thrown;
            }),
          (error) => error === thrown,
        );
        res.writeHead(500).end();
      });
      await get("/");
      await recorded.ended(1);
      assert.equal(recorded.span("GET").events[0]?.attributes?.["exception.message"], "broken");
    });

    it("returns what the handler returns", async () => {
      const middleware = createHTTPMiddleware();
      await serve((req, res) => {
        assert.equal(
          middleware(req, res, () => 42),
          42,
        );
        res.end();
      });
      assert.equal((await get("/")).status, 200);
    });

    it("answers HEAD like any method, and calls unknown ones _OTHER", async () => {
      await handle((_req, res) => res.end());
      await get("/", { method: "HEAD" });
      const request = httpRequest(origin, { method: "PROPFIND" }).end();
      await once(request, "response");
      await recorded.ended(2);
      assert.equal(recorded.span("HEAD").attributes[attributes.httpMethod], "HEAD");
      const other = recorded.span("HTTP");
      assert.equal(other.attributes[attributes.httpMethod], "_OTHER");
      assert.equal(other.attributes[attributes.httpMethodOriginal], "PROPFIND");
    });

    it("serves HTTP/2 by its compatibility API", async () => {
      const middleware = createHTTPMiddleware();
      const server = createHTTP2Server((req, res) => {
        middleware(req as never, res as never, () => (req.url === "/wait" ? undefined : res.end("ok")));
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      assert.equal(await text(session.request({ ":path": "/" })), "ok");
      const waiting = session.request({ ":path": "/wait" });
      waiting.on("error", () => {});
      await once(server, "stream");
      waiting.close(constants.NGHTTP2_CANCEL);
      await recorded.ended(2);
      const [served, aborted] = recorded.spans;
      assert.equal(served?.attributes[attributes.serverAddress], "127.0.0.1");
      assert.equal(served.attributes[attributes.httpStatusCode], 200);
      assert.equal(served.attributes[attributes.errorType], undefined);
      assert.equal(aborted?.attributes[attributes.errorType], "aborted");
      session.close();
      server.close();
    });

    it("leaves upgrades to those who handle them", async () => {
      await handle((_req, res) => res.end());
      server?.on("upgrade", (_req, socket) =>
        socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n"),
      );
      const request = httpRequest(origin, { headers: { connection: "upgrade", upgrade: "test" } }).end();
      const [, socket] = await once(request, "upgrade");
      socket.destroy();
      assert.equal(recorded.spans.length, 0);
    });

    it("names the route that the app tells", async () => {
      await handle((_req, res) => res.end(), { route: ({ url }) => url?.replace(/\d+/, ":id") });
      await get("/things/7");
      await recorded.ended(1);
      assert.equal(recorded.span("GET /things/:id").attributes[attributes.httpRoute], "/things/:id");
    });

    it("records neither the query nor more than 1024 characters of the path", async () => {
      await handle((_req, res) => res.end());
      await get(`/${"x".repeat(5_000)}?token=secret`);
      await recorded.ended(1);
      const span = recorded.span("GET");
      assert.equal(String(span.attributes[attributes.urlPath]).length, 1_024);
      assert.ok(!JSON.stringify(span.attributes).includes("secret"));
    });

    it("does not see requests for the health endpoints, nor those that it is to ignore", async () => {
      await handle((_req, res) => res.end());
      await get("/ready?verbose");
      await get("/ready", { method: "POST" });
      await recorded.ended(1);
      assert.equal(recorded.spans[0]?.name, "POST");
      server?.closeAllConnections();
      server?.close();
      await handle((_req, res) => res.end(), { ignore: ({ url }) => url === "/quiet" });
      await get("/quiet");
      await get("/ready");
      await recorded.ended(2);
      assert.equal(recorded.spans[1]?.attributes[attributes.urlPath], "/ready");
    });

    it("makes one span where it is mounted twice, and takes what each of the two knows", async () => {
      const inner = createHTTPMiddleware({ tenant: () => "acme" });
      await handle((req, res) => inner(req, res, () => res.end(currentTenant())));
      assert.equal((await get("/")).body, "acme");
      await recorded.ended(1);
      assert.equal(recorded.spans.length, 1);
      assert.equal(recorded.span("GET").attributes[attributes.tenantId], "acme");
    });

    it("leaves no listener on request and response but one for the end", async () => {
      const counts: Record<string, number>[] = [];
      const count = (emitter: EventEmitter) =>
        Object.fromEntries(emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]));
      const middleware = createHTTPMiddleware();
      await serve((req, res) => {
        counts.push(count(req), count(res));
        middleware(req, res, () => res.end());
        counts.push(count(req), count(res));
      });
      await get("/");
      const [requestBefore, responseBefore, requestAfter, responseAfter] = counts;
      assert.deepEqual(requestAfter, requestBefore);
      assert.deepEqual(responseAfter, { ...responseBefore, close: (responseBefore?.["close"] ?? 0) + 1 });
    });

    it("does nothing to requests when there is no telemetry", async () => {
      await recorded.stop();
      await handle((req, res) =>
        res.end(`${Object.getOwnPropertySymbols(req).some((one) => one.description === "autoweave.http")}`),
      );
      assert.equal((await get("/")).body, "false");
    });

    it("refuses options that cannot be meant, all at once", () => {
      const options = { tenant: "acme", route: 1, ignored: () => true } as never;
      assert.throws(() => createHTTPMiddleware(options), {
        code: "AUTOWEAVE_INVALID_OPTIONS",
        message:
          /tenant: 'acme'; expected a function.*\n.*route: 1.*\n.*ignored: an option that does not exist/,
      });
      assert.throws(() => createHTTPMiddleware(null as never), { code: "AUTOWEAVE_INVALID_OPTIONS" });
    });

    it("serves a request that cannot be looked at", async () => {
      const ignore = () => {
        throw new Error("broken");
      };
      await handle((_req, res) => res.end("served"), { ignore });
      assert.equal((await get("/")).body, "served");
    });

    it("adds to the span of another server instrumentation instead of opening a second", async () => {
      const tracer = trace.getTracer("other");
      const middleware = createHTTPMiddleware({ route: () => "/things", tenant: () => "acme" });
      await serve((req, res) => {
        const span = tracer.startSpan("GET", { kind: SpanKind.SERVER });
        res.on("close", () => span.end());
        context.with(trace.setSpan(context.active(), span), () => middleware(req, res, () => res.end()));
      });
      await get("/");
      await recorded.ended(1);
      assert.equal(recorded.spans.length, 1);
      const span = recorded.span("GET /things");
      assert.equal(span.attributes[attributes.httpRoute], "/things");
      assert.equal(span.attributes[attributes.tenantId], "acme");
      assert.equal(await recorded.metric(duration, { http_route: "/things", tenant_id: "acme" }), 1);
    });
  });

  describe("and the tenant of a request, which", () => {
    const baggage = "tenant.id=mallory";

    it("is never the client's to say", async () => {
      await handle((_req, res) => res.end(currentTenant()));
      assert.equal((await get("/", { headers: { baggage, traceparent } })).body, ownTenant);
      await recorded.ended(1);
      assert.equal(recorded.span("GET").attributes[attributes.tenantId], ownTenant);
      assert.equal(await recorded.metric(duration, { tenant_id: "mallory" }), 0);
    });

    it("is the caller's word for services that only AutoWeave's own can reach", async () => {
      await handle((_req, res) => res.end(currentTenant()), { trustIncomingTenant: true });
      assert.equal((await get("/", { headers: { baggage } })).body, "mallory");
      await recorded.ended(1);
      assert.equal(await recorded.metric(duration, { tenant_id: "mallory" }), 1);
    });

    it("is what the app has authenticated, before what a trusted caller says", async () => {
      await handle((_req, res) => res.end(currentTenant()), {
        tenant: () => "acme",
        trustIncomingTenant: true,
      });
      assert.equal((await get("/", { headers: { baggage } })).body, "acme");
      await recorded.ended(1);
      assert.equal(recorded.span("GET").attributes[attributes.tenantId], "acme");
    });

    it("reaches the span and the measurement also when the app finds it out later", async () => {
      const tenants = new WeakMap<IncomingMessage, string>();
      const options = { tenant: (req: IncomingMessage) => tenants.get(req) };
      await handle((req, res) => {
        tenants.set(req, "acme");
        res.end(currentTenant());
      }, options);
      assert.equal((await get("/")).body, ownTenant);
      await recorded.ended(1);
      assert.equal(recorded.span("GET").attributes[attributes.tenantId], "acme");
      assert.equal(await recorded.metric(duration, { tenant_id: "acme" }), 1);
    });

    it("is the process's own when the app's function throws or tells nonsense, and the request is served", async () => {
      const answers = [
        () => {
          throw new Error("no session");
        },
        () => "not a tenant!",
        () => 42 as unknown as string,
      ];
      for (const tenant of answers) {
        await handle((_req, res) => res.end(currentTenant()), { tenant });
        assert.deepEqual(await get("/"), { status: 200, body: ownTenant });
        server?.closeAllConnections();
        server?.close();
      }
      await recorded.ended(3);
      assert.equal(await recorded.metric(duration, { tenant_id: ownTenant }), 3);
    });
  });
});
