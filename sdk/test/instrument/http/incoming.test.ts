import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { trace } from "@opentelemetry/api";
import express from "express";
import { currentTenant } from "../../../src/context/tenant.ts";
import { traceIncomingHTTP } from "../../../src/instrument/http/incoming.ts";
import { createHTTPMiddleware } from "../../../src/instrument/http/middleware.ts";
import type { Undo } from "../../../src/instrument/wrap.ts";
import { attributes } from "../../../src/names/index.ts";
import { recordTelemetry, type RecordedTelemetry } from "../../support/recorded-telemetry.ts";

describe("requests to servers without middleware", () => {
  let recorded: RecordedTelemetry;
  let undo: Undo;
  let server: Server;

  const serve = async (made: Server) => {
    server = made.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  beforeEach(() => {
    recorded = recordTelemetry();
  });

  afterEach(async () => {
    undo();
    server.closeAllConnections();
    server.close();
    await recorded.stop();
  });

  it("are traced and measured, also to a server that was there before", async () => {
    const origin = await serve(
      createServer((_req, res) => res.end(trace.getActiveSpan()?.spanContext().spanId)),
    );
    undo = traceIncomingHTTP();
    const body = await (await fetch(origin)).text();
    await recorded.ended(1);
    assert.equal(recorded.span("GET").spanContext().spanId, body);
    assert.equal(
      await recorded.metric("http_server_request_duration_seconds", { http_request_method: "GET" }),
      1,
    );
  });

  it("are named by express's routes", async () => {
    undo = traceIncomingHTTP();
    const app = express();
    app.get("/devices/:id", (_req, res) => void res.send("ok"));
    const origin = await serve(createServer(app));
    await (await fetch(`${origin}/devices/1`)).text();
    await recorded.ended(1);
    assert.equal(recorded.spans[0]?.name, "GET /devices/:id");
  });

  it("are one span with a middleware, which adds the tenant", async () => {
    undo = traceIncomingHTTP();
    const app = express();
    app.use(createHTTPMiddleware({ tenant: () => "acme" }));
    app.get("/", (_req, res) => void res.send(currentTenant()));
    const origin = await serve(createServer(app));
    assert.equal(await (await fetch(origin)).text(), "acme");
    await recorded.ended(1);
    assert.equal(recorded.spans.length, 1);
    assert.equal(recorded.span("GET /").attributes[attributes.tenantId], "acme");
  });

  it("are one span when the server is asked to continue first", async () => {
    undo = traceIncomingHTTP();
    const made = createServer((_req, res) => res.end());
    made.on("checkContinue", (req, res) => {
      res.writeContinue();
      made.emit("request", req, res);
    });
    const origin = await serve(made);
    const outgoing = request(origin, { method: "POST", headers: { expect: "100-continue" } });
    outgoing.on("error", () => {});
    const answered = once(outgoing, "response");
    outgoing.on("continue", () => outgoing.end("body"));
    outgoing.flushHeaders();
    await answered;
    await recorded.ended(1);
    assert.equal(recorded.spans.length, 1);
  });

  it("are left alone when it was undone, and nothing stays on the servers' class", async () => {
    undo = traceIncomingHTTP();
    undo();
    assert.equal(Object.hasOwn(Server.prototype, "emit"), false);
    const origin = await serve(createServer((_req, res) => res.end()));
    await (await fetch(origin)).text();
    assert.equal(recorded.spans.length, 0);
  });
});
