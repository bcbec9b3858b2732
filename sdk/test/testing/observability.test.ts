import assert from "node:assert/strict";
import { getGlobalTracer, getLogger, getMetrics, initializeObservability } from "../../src/index.ts";
import { startTestObservability, type TestObservability } from "../../src/testing/index.ts";

describe("telemetry in an app's own tests", () => {
  let test: TestObservability;
  beforeEach(async () => {
    test = await startTestObservability();
  });
  afterEach(() => test.stop());

  it("holds every span, with its parent, tenant and status", () => {
    const tracer = getGlobalTracer();
    tracer.withPluginSpan({ operation: "load", plugin: "scanner", tenantId: "green" }, () => {
      assert.throws(() =>
        tracer.withSpan("inner", () => {
          throw new Error("no");
        }),
      );
    });
    test.expectSpan({ name: "plugin.load", attributes: { "plugin.name": "scanner" }, tenantId: "green" });
    test.expectSpan({ name: /^inn/, status: "error", parent: "plugin.load" });
  });

  it("shows what there is when what is expected is missing", async () => {
    getGlobalTracer().startSpan("one").end();
    getLogger().info("a line");
    assert.throws(
      () => test.expectSpan({ name: "other" }),
      /There is no span \{ name: 'other' \}[\s\S]*one \(unset\)/,
    );
    assert.throws(() => test.expectLog({ msg: "other" }), /a line/);
    await assert.rejects(test.expectMetric("missing_total"), /There is no sample of missing_total/);
  });

  it("tells a metric's value by its labels", async () => {
    getMetrics().recordBusinessOperation("scan", "green", { plugin: 'say "hi"\n', success: false });
    const labels = { operation: "scan", tenant_id: "green", outcome: "error", plugin: /^say "hi"/ };
    assert.equal(await test.expectMetric("autoweave_business_operations_total", labels), 1);
  });

  it("holds log lines as they would be written, secrets masked", () => {
    getLogger().child({ component: "api" }).warn({ password: "hunter2", user: "me" }, "login");
    const line = test.expectLog({ level: "warn", msg: "login", component: "api", user: "me" });
    assert.ok(!JSON.stringify(line).includes("hunter2"));
  });

  it("stays in charge when the app under test sets up its own, and forgets when it is told to", () => {
    assert.equal(initializeObservability({ serviceName: "app", tenantId: "red" }), test.manager);
    getGlobalTracer().startSpan("one").end();
    test.clear();
    assert.throws(() => test.expectSpan({ name: "one" }));
  });
});
