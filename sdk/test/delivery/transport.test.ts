import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createServer as createSocketServer, type AddressInfo, type Socket } from "node:net";
import { context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { isTracingSuppressed } from "@opentelemetry/core";
import { httpTransport, type Transport } from "../../src/delivery/transport.ts";
import { Backend, breakOff, hang, reset } from "../support/backend.ts";
import { encodeRequest } from "../../src/otlp/request.ts";
import { resource, spans } from "../support/records.ts";

const small = encodeRequest(resource, spans(1));
const large = encodeRequest(resource, spans(1_000));
const never = new AbortController().signal;

describe("the HTTP transport", () => {
  let backend: Backend;
  let transport: Transport;
  beforeEach(async () => {
    backend = await Backend.start();
    transport = httpTransport(backend.endpoint("traces"), 2);
  });
  afterEach(async () => {
    transport.close();
    await backend.stop();
  });

  it("packs what is worth packing, and says so", async () => {
    for (const body of [small, large]) assert.equal((await transport.post(body, {}, never)).status, 200);
    const [first, second] = backend.requests;
    assert.equal(first?.headers["content-encoding"], undefined);
    assert.equal(second?.headers["content-encoding"], "gzip");
    assert.equal(second.headers["content-length"], `${second.wireBytes}`);
    assert.ok(second.wireBytes < large.length / 4);
    assert.equal(second.records.length, 1_000);
  });

  it("gives the status, type, Retry-After and body of the answer", async () => {
    backend.behave({
      answer(_, response) {
        response.writeHead(429, { "content-type": "text/plain", "retry-after": "7" }).end("slower");
        return false;
      },
    });
    const { body, ...rest } = await transport.post(small, {}, never);
    assert.deepEqual(rest, { status: 429, contentType: "text/plain", retryAfter: "7" });
    assert.equal(Buffer.from(body).toString(), "slower");
  });

  it("reads no more than 64 KiB of an answer", async () => {
    backend.behave({
      answer(_, response) {
        response.writeHead(200, { "content-type": "text/html" });
        const more = () => void (!response.destroyed && response.write("x".repeat(16_384), more));
        more();
        return false;
      },
    });
    const { body } = await transport.post(small, {}, never);
    assert.equal(body.length, 65_536);
  });

  it("rejects when there is no whole answer", async () => {
    for (const behaviour of [reset, breakOff]) {
      backend.behave(behaviour);
      await assert.rejects(transport.post(small, {}, never));
    }
    await backend.refuseConnections();
    await assert.rejects(transport.post(small, {}, never), /ECONNREFUSED/);
  });

  it("rejects, and ends the connection, when it is told to give up", async () => {
    backend.behave(hang);
    const giveUp = new AbortController();
    const answer = transport.post(small, {}, giveUp.signal);
    await backend.arrived(1);
    giveUp.abort();
    await assert.rejects(answer, { name: "AbortError" });
  });

  it("rejects headers that HTTP does not allow", async () => {
    await assert.rejects(transport.post(small, { "x-a": "two\r\nlines" }, never), /Invalid character/);
  });

  it("is traced by nobody", async () => {
    const manager = new AsyncLocalStorageContextManager().enable();
    context.setGlobalContextManager(manager);
    const suppressed: boolean[] = [];
    const listener = () => void suppressed.push(isTracingSuppressed(context.active()));
    subscribe("http.client.request.start", listener);
    try {
      await transport.post(large, {}, never);
      assert.deepEqual(suppressed, [true]);
    } finally {
      unsubscribe("http.client.request.start", listener);
      context.disable();
    }
  });
});

/** Runs with a server, which is closed afterwards. */
async function withServer(
  server: Server | ReturnType<typeof createSocketServer>,
  test: (url: string) => Promise<void>,
) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await test(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`);
  } finally {
    server.close();
  }
}

describe("connections", () => {
  it("are kept for the next request", () => {
    let connections = 0;
    const server = createServer((_, response) => response.end()).on("connection", () => connections++);
    return withServer(server, async (url) => {
      const transport = httpTransport(url, 2);
      for (let i = 0; i < 5; i++) await transport.post(small, {}, never);
      transport.close();
      assert.equal(connections, 1);
    });
  });

  it("that the backend has closed meanwhile are replaced without a failure", () => {
    let requests = 0;
    const server = createSocketServer((socket: Socket) => {
      let served = 0;
      socket.on("data", () => {
        requests++;
        if (served++ === 0) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        else socket.resetAndDestroy();
      });
      socket.on("error", () => undefined);
    });
    return withServer(server, async (url) => {
      const transport = httpTransport(url, 1);
      for (let i = 0; i < 3; i++) assert.equal((await transport.post(small, {}, never)).status, 200);
      transport.close();
      assert.ok(requests >= 5, `${requests} requests`);
    });
  });
});
