import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import fc from "fast-check";
import { createHTTPMiddleware, currentTenant, getLogger } from "../../src/index.ts";
import { startTestObservability, type TestObservability } from "../../src/testing/index.ts";

/** Headers by which clients of such platforms try to pass for another tenant. */
const tenantHeaders = [
  "X-Scope-OrgID: victim",
  "x-scope-orgid: own|victim",
  "X-SCOPE-ORGID: own\r\nX-Scope-OrgID: victim",
  "X-Tenant-Id: victim",
  "tenant.id: victim",
  "tenant_id: victim",
  "baggage: tenant.id=victim",
  "Baggage: tenant.id=own,tenant.id=victim",
  "BAGGAGE: tenant.id=own\r\nbaggage: tenant.id=victim",
  "baggage: tenant%2Eid=victim;tenant.id=victim",
  "baggage: tenant.id=own%7Cvictim",
  `baggage: ${"k=v,".repeat(3_000)}tenant.id=victim`,
];

const odd = [
  "traceparent: 00-00000000000000000000000000000000-0000000000000000-01",
  "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-zz",
  "traceparent: ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\ntraceparent: 00-4bf92f3577b34da6a3ce929d0e0e4737-00f067aa0ba902b7-01",
  `traceparent: ${"0".repeat(8_000)}`,
  `tracestate: ${"a=b,".repeat(2_000)}`,
  "host: evil\u001b[31m:99999",
  "user-agent: \u009b31mred\u0085line",
  `user-agent: ${"x".repeat(10_000)}`,
  "__proto__: polluted",
  "constructor: polluted",
];

const targets = [
  "/",
  "//",
  "/%",
  "/%00%0d%0a",
  "/__proto__",
  "/..%2f..%2f",
  "/?token=secret",
  `/${"a".repeat(8_000)}`,
  "*",
  "http://victim/absolute",
  "/\u001b[31m",
];

describe("hostile requests", () => {
  let test: TestObservability;
  let server: Server;
  let seen: string[];

  before(async () => {
    const middleware = createHTTPMiddleware();
    server = createServer((request, response) =>
      middleware(request, response, () => {
        seen.push(currentTenant());
        getLogger().info({ url: request.url, headers: request.headers }, "asked");
        response.end(`${request.method} ${request.url}`);
      }),
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  beforeEach(async () => {
    seen = [];
    test = await startTestObservability({ tenantId: "own" });
  });
  afterEach(() => test.stop());
  after(() => server.close());

  /** Sends bytes as they are; resolves with the answer when the connection is closed. */
  async function ask(head: string): Promise<string> {
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.setEncoding("latin1").on("data", (text: string) => (answer += text));
    // The server may answer and close before it has read everything.
    socket.on("error", () => {});
    socket.end(Buffer.from(head, "latin1"));
    await once(socket, "close");
    return answer;
  }

  const get = (target: string, header: string) =>
    ask(`GET ${target} HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n${header}\r\n\r\n`);

  /** One span, one measurement and one line for each request that reached the app; nothing that the client chose as label. */
  async function assertRecorded(): Promise<void> {
    assert.equal(test.spans.length, seen.length);
    assert.equal(test.logs.length, seen.length);
    for (const { name, attributes } of test.spans) {
      assert.equal(attributes["tenant.id"], "own");
      assert.equal(name, "GET");
      assert.ok(JSON.stringify(attributes).length < 4_096);
      assert.doesNotMatch(String(attributes["url.path"]), /token/);
    }
    for (const line of test.logs) assert.equal(line["tenant_id"], "own");
    const samples = (await test.metrics()).filter(
      ({ name }) => name === "http_server_request_duration_seconds_count",
    );
    assert.equal(
      samples.reduce((sum, { value }) => sum + value, 0),
      seen.length,
    );
    for (const { labels } of samples) {
      assert.equal(labels["tenant_id"], "own");
      assert.equal(labels["http_route"], undefined);
    }
  }

  it("do not choose their tenant by any header", async () => {
    for (const header of tenantHeaders) assert.match(await get("/", header), /^HTTP\/1\.1 200 /);
    assert.deepEqual(
      seen,
      tenantHeaders.map(() => "own"),
    );
    await assertRecorded();
  });

  it("are answered as they would be without telemetry, and recorded within bounds", async () => {
    for (const target of targets) for (const header of odd) await get(target, header);
    assert.ok(seen.length >= odd.length * 8, `${seen.length} reached the app`);
    await assertRecorded();
    assert.equal("polluted" in {}, false);
  });

  it("are recorded once each, whatever bytes they are made of", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "binary-ascii" }),
        fc.array(
          fc.tuple(
            fc.constantFrom("baggage", "traceparent", "tracestate", "host", "user-agent"),
            fc.string(),
          ),
        ),
        async (target, headers) => {
          const lines = headers.map(([name, value]) => `${name}: ${value}`).join("\r\n");
          await get(`/${target}`, lines);
        },
      ),
      { numRuns: 200 },
    );
    assert.ok(seen.length > 0);
    assert.ok(seen.every((tenant) => tenant === "own"));
    await assertRecorded();
  });
});
