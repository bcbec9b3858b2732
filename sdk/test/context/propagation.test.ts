import assert from "node:assert/strict";
import {
  type Attributes,
  type Context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  TraceFlags,
} from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import fc from "fast-check";
import { systemClock } from "../../src/clock.ts";
import {
  allowListedPropagator,
  allowPropagationTo,
  extractContext,
  injectContext,
  mayPropagateTo,
} from "../../src/context/propagation.ts";
import { contextWithTenant, tenantOf } from "../../src/context/tenant.ts";
import { TracingCore } from "../../src/traces/core.ts";

const spanContext = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
};
const traced = contextWithTenant(trace.setSpanContext(ROOT_CONTEXT, spanContext), "blue");

const core = new TracingCore({
  samplingRate: 1,
  maxTracesPerSecond: 1e6,
  slowOperationMs: 1_000,
  tenantId: "own",
  sink: { accept: () => undefined },
  clock: systemClock,
  onDrop: () => undefined,
});
const ours = core.provider.getTracer("test");
const stock = new TracerProvider({ resource: resourceFromAttributes({}) }).getTracer("test");

type Headers = Record<string, string>;
const injected = (inject: (context: Context, carrier: Headers) => void, context: Context) => {
  const headers: Headers = {};
  inject(context, headers);
  return headers;
};
const set = (carrier: Headers, key: string, value: string) => (carrier[key] = value);
const asLibrariesDo = (context: Context) =>
  injected((context, carrier) => allowListedPropagator.inject(context, carrier, { set }), context);

const extracted = (headers: object) => extractContext(ROOT_CONTEXT, headers as Headers);

describe("propagation", () => {
  afterEach(() => allowPropagationTo(undefined));

  it("carries trace and tenant from one process to the next", () => {
    const headers = injected(injectContext, traced);
    assert.deepEqual(headers, {
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      baggage: "tenant.id=blue",
    });
    const arrived = extracted(headers);
    assert.deepEqual(trace.getSpanContext(arrived), spanContext);
    assert.equal(tenantOf(arrived), "blue");
  });

  it("carries no other baggage, neither out nor in", () => {
    const baggage = propagation.createBaggage({ secret: { value: "1" } });
    const full = contextWithTenant(propagation.setBaggage(ROOT_CONTEXT, baggage), "blue");
    assert.deepEqual(injected(injectContext, full), { baggage: "tenant.id=blue" });
    const arrived = extracted({ baggage: "user=1,tenant.id=blue;p=1,session=2" });
    assert.deepEqual(propagation.getBaggage(arrived)?.getAllEntries(), [["tenant.id", { value: "blue" }]]);
  });

  it("carries any tenant unchanged", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/), (tenant) => {
        const headers = injected(injectContext, contextWithTenant(ROOT_CONTEXT, tenant));
        assert.equal(tenantOf(extracted(headers)), tenant);
      }),
    );
  });

  it("reads a tenant among foreign members, with white space, properties, percent signs, in one header or several", () => {
    for (const baggage of [
      "a=1, tenant.id = blue ;x=y , b=2",
      "tenant.id=%62lue",
      ["a=1", "tenant.id=blue"],
      "tenant.id=blue,tenant.id=blue",
      `${"x=1,".repeat(62)}tenant.id=blue`,
    ]) {
      assert.equal(tenantOf(extracted({ baggage })), "blue", String(baggage).slice(0, 60));
    }
  });

  it("takes in no tenant that is invalid, contradicts another, or lies beyond the limits", () => {
    for (const baggage of [
      "tenant.id=",
      "tenant.id",
      "tenant.id=a/b",
      "tenant.id=%",
      "tenant.id=blue%0d%0a",
      "tenant.id=blue,tenant.id=green",
      "tenant.id=blue|green",
      "TENANT.ID=blue",
      "xtenant.id=blue",
      `${"x=1,".repeat(64)}tenant.id=blue`,
      `x=${"1".repeat(9_000)},tenant.id=blue`,
      `tenant.id=${"b".repeat(1e6)}`,
    ]) {
      assert.equal(tenantOf(extracted({ baggage })), undefined, baggage.slice(0, 60));
    }
  });

  it("reads whatever headers come without throwing", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (traceparent, baggage) => {
        extracted({ traceparent, baggage, tracestate: baggage });
        extracted({ baggage: `tenant.id=${String(JSON.stringify(baggage))}` });
      }),
    );
  });

  it("asks the allow-list by host, and allows none before it is set and after it is taken back", () => {
    assert.ok(!mayPropagateTo("localhost"));
    allowPropagationTo(["localhost", "*.svc.cluster.local"]);
    for (let i = 0; i < 2; i++) {
      assert.ok(mayPropagateTo("localhost:8080"));
      assert.ok(mayPropagateTo("tempo.observability.svc.cluster.local"));
      assert.ok(!mayPropagateTo("example.com"));
    }
    for (let i = 0; i < 3_000; i++) assert.ok(!mayPropagateTo(`host-${i}.example.com`));
    allowPropagationTo(undefined);
    assert.ok(!mayPropagateTo("localhost:8080"));
  });
});

describe("the propagator that libraries use", () => {
  before(() => allowPropagationTo(["*.internal:8080", "10.0.0.1", "::1"]));
  after(() => allowPropagationTo(undefined));

  const called = (tracer: typeof ours, attributes: Attributes) => {
    const span = tracer.startSpan("GET", { kind: SpanKind.CLIENT, attributes }, ROOT_CONTEXT);
    return Object.keys(asLibrariesDo(trace.setSpan(contextWithTenant(ROOT_CONTEXT, "blue"), span)));
  };

  it("lets trace and tenant leave to the hosts that are allowed, as the client span names them, and to no others", () => {
    for (const tracer of [ours, stock]) {
      const allowed = [
        { "server.address": "api.internal", "server.port": 8080 },
        { "server.address": "10.0.0.1" },
        { "server.address": "::1", "server.port": 443 },
        { "url.full": "https://api.internal:8080/a?b=c" },
        { "url.full": "http://[::1]/" },
      ];
      for (const attributes of allowed)
        assert.deepEqual(called(tracer, attributes), ["traceparent", "baggage"]);
      const others = [
        { "server.address": "api.internal", "server.port": 443 },
        { "server.address": "example.com" },
        { "server.address": "example.com", "url.full": "http://10.0.0.1/" },
        { "url.full": "https://10.0.0.1@example.com/" },
        { "url.full": "no url" },
        {},
      ];
      for (const attributes of others)
        assert.deepEqual(called(tracer, attributes), [], JSON.stringify(attributes));
    }
  });

  it("lets them leave with what is no request to a host", () => {
    for (const kind of [SpanKind.PRODUCER, SpanKind.INTERNAL, SpanKind.SERVER]) {
      const span = ours.startSpan("any", { kind }, ROOT_CONTEXT);
      assert.deepEqual(Object.keys(asLibrariesDo(trace.setSpan(ROOT_CONTEXT, span))), ["traceparent"]);
    }
    assert.deepEqual(asLibrariesDo(contextWithTenant(ROOT_CONTEXT, "blue")), { baggage: "tenant.id=blue" });
  });

  it("lets nothing leave when nothing is known of the request, as of a span that is not recorded", () => {
    core.setShedding(2);
    assert.deepEqual(called(ours, { "server.address": "10.0.0.1" }), []);
    core.setShedding(0);
  });

  it("names the headers that it writes", () => {
    assert.deepEqual(allowListedPropagator.fields(), ["traceparent", "tracestate", "baggage"]);
  });
});
