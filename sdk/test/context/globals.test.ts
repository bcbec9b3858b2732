import assert from "node:assert/strict";
import { context, createContextKey, propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import { registerGlobals } from "../../src/context/globals.ts";
import { mayPropagateTo } from "../../src/context/propagation.ts";
import { contextWithTenant } from "../../src/context/tenant.ts";
import { stderrOf } from "../support/stderr.ts";

const key = createContextKey("test");
const contextWorks = () =>
  context.with(ROOT_CONTEXT.setValue(key, 1), () => context.active().getValue(key) === 1);
const tenantLeaves = () => {
  const headers: Record<string, string> = {};
  propagation.inject(contextWithTenant(ROOT_CONTEXT, "blue"), headers);
  return headers["baggage"] === "tenant.id=blue";
};
const spansAreRecorded = () => trace.getTracer("test").startSpan("any").isRecording();

describe("the registration with OpenTelemetry's API", () => {
  const undone: (() => void)[] = [];
  const register = (options: Partial<Parameters<typeof registerGlobals>[0]> = {}) => {
    const undo = registerGlobals({ provider: new TracerProvider(), propagateTo: ["localhost"], ...options });
    undone.push(undo);
    return undo;
  };
  afterEach(() => {
    for (const undo of undone.splice(0)) undo();
    trace.disable();
    context.disable();
    propagation.disable();
  });

  it("makes context, propagation and tracers work, and can be undone and done again", () => {
    for (let i = 0; i < 3; i++) {
      assert.ok(!contextWorks() && !tenantLeaves() && !spansAreRecorded() && !mayPropagateTo("localhost"));
      const undo = register();
      assert.ok(contextWorks() && tenantLeaves() && spansAreRecorded() && mayPropagateTo("localhost"));
      undo();
      undo();
    }
  });

  it("leaves tracers alone when tracing is off", () => {
    register({ provider: undefined });
    assert.ok(contextWorks() && tenantLeaves() && !spansAreRecorded());
  });

  it("leaves what another SDK has registered, and warns of it by name", async () => {
    const theirs = { trace: new TracerProvider(), context: new AsyncLocalStorageContextManager() };
    trace.setGlobalTracerProvider(theirs.trace);
    context.setGlobalContextManager(theirs.context);
    const said = await stderrOf(() => void register());
    assert.match(said, /has registered its context manager, tracer provider before/);
    assert.match(said, /npm ls @opentelemetry\/api/);
    undone.splice(0).forEach((undo) => undo());
    assert.ok(contextWorks() && spansAreRecorded() && !tenantLeaves());
  });

  it("does not take away what somebody else has registered in its place", () => {
    const undo = register();
    trace.disable();
    trace.setGlobalTracerProvider(new TracerProvider());
    propagation.disable();
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    undo();
    assert.ok(spansAreRecorded());
    assert.deepEqual(propagation.fields(), ["traceparent", "tracestate"]);
  });

  it("says nothing when it is the first", async () => {
    assert.equal(await stderrOf(() => void register()), "");
  });
});
