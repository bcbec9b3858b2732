import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { run } from "../../../local/run.ts";
import { attributes } from "../../src/names/index.ts";
import { Backend } from "../support/backend.ts";
import { plainAttributes } from "../support/otlp-decode.ts";
import type { Span } from "../support/otlp-types.ts";

const register = new URL("../../src/register.ts", import.meta.url).href;
const app = (name: string) => fileURLToPath(new URL(`apps/${name}`, import.meta.url));

describe("node --import @autoweave/observability/register", function () {
  this.timeout(60_000);
  let backend: Backend;

  beforeEach(async () => {
    backend = await Backend.start();
  });

  afterEach(() => backend.stop());

  const settings = () => ({
    OTEL_SERVICE_NAME: "app",
    AUTOWEAVE_TENANT_ID: "acme",
    OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
    AUTOWEAVE_LOKI_ENDPOINT: backend.url,
    AUTOWEAVE_SAMPLING_RATE: "1",
    AUTOWEAVE_HEALTH_PORT: "0",
  });

  const start = (file: string, env: NodeJS.ProcessEnv = settings(), nodeOptions = ["--import", register]) =>
    run(process.execPath, [...nodeOptions, file], { env: { NODE_OPTIONS: "", ...env } });

  const spans = () =>
    backend.kept
      .filter(({ record }) => "spanId" in record && "kind" in record)
      .map(({ record }) => record as Span);

  function span(name: string, kind?: number): Span {
    const found = spans().filter((one) => one.name === name && (kind === undefined || one.kind === kind));
    assert.equal(
      found.length,
      1,
      `${name}: ${found.length} of ${spans()
        .map((one) => one.name)
        .join(", ")}`,
    );
    return found[0] as Span;
  }

  for (const file of ["serve.mjs", "serve.cjs"]) {
    it(`traces requests out, in and by GraphQL of an app that knows nothing of it (${file})`, async () => {
      const { code, stdout, stderr } = await start(app(file));
      assert.deepEqual(
        { code, stdout, stderr },
        { code: 0, stdout: '{"data":{"device":"one"}}\n', stderr: "" },
      );
      const [client, server] = [span("GET", 3), span("GET /devices/:id", 2)];
      const operation = span("GraphQL query Device");
      assert.equal(server.parentSpanId, client.spanId);
      assert.equal(operation.parentSpanId, server.spanId);
      assert.equal(span("Query.device").parentSpanId, operation.spanId);
      assert.equal(plainAttributes(server.attributes)[attributes.tenantId], "acme");
      const metrics = backend.kept.map(({ record }) => ("name" in record ? record.name : ""));
      assert.ok(metrics.includes("http_server_request_duration_seconds"), metrics.join());
    });
  }

  it("traces graphql 17, which is loaded as ES modules", async () => {
    const { stderr } = await start(app("graphql17.mjs"));
    assert.equal(stderr, "");
    assert.equal(span("Query.device").parentSpanId, span("GraphQL query Device").spanId);
  });

  it("says once and by name what was loaded before it", async () => {
    const { code, stdout, stderr } = await start(app("too-late.mjs"), settings(), []);
    assert.deepEqual({ code, stdout }, { code: 0, stdout: "function\n" });
    assert.match(stderr, /^[^\n]*Loaded too early to be instrumented: graphql\.[^\n]*--import[^\n]*\n$/);
  });

  it("lets an app whose settings are wrong run without telemetry, and says all that is wrong", async () => {
    const env = {
      ...settings(),
      OTEL_SERVICE_NAME: "",
      AUTOWEAVE_TENANT_ID: "not a tenant",
      AUTOWEAVE_SAMPLING_RATE: "2",
    };
    const { code, stdout, stderr } = await start(app("hello.mjs"), env);
    assert.deepEqual({ code, stdout }, { code: 0, stdout: "hello\n" });
    assert.match(stderr, /The app runs without telemetry/);
    for (const word of ["serviceName", "OTEL_SERVICE_NAME", "not a tenant", "AUTOWEAVE_SAMPLING_RATE"]) {
      assert.ok(stderr.includes(word), `${word} in ${stderr}`);
    }
    assert.equal(backend.requests.length, 0);
  });

  it("works in the worker threads of an app, with no complaint about the port of the health endpoints", async () => {
    const { code, stderr } = await start(app("worker.mjs"));
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    span("GET /devices/:id", 2);
  });

  it("says what AUTOWEAVE_INSTRUMENTATIONS lists and the app has not installed", async () => {
    const { stdout, stderr } = await start(app("hello.mjs"), {
      ...settings(),
      AUTOWEAVE_INSTRUMENTATIONS: "nothing, express/lib/utils",
    });
    assert.equal(stdout, "hello\n");
    assert.match(stderr, /@opentelemetry\/instrumentation-nothing is not installed.*npm install/);
    assert.match(
      stderr,
      /express\/lib\/utils .*exports no instrumentation|express\/lib\/utils cannot be loaded|express\/lib\/utils is not installed/,
    );
  });
});
