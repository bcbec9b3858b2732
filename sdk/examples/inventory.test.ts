import { after, before, test } from "node:test";
import { getGlobalTracer, getLogger, getMetrics, withTenant } from "@autoweave/observability";
import { startTestObservability, type TestObservability } from "@autoweave/observability/testing";

/** The app under test: as it stands, it calls initializeObservability() itself, which gives it the test's telemetry. */
async function countDevices(devices: readonly string[]): Promise<number> {
  return getGlobalTracer().withPluginSpan({ operation: "execute", plugin: "inventory" }, async () => {
    getLogger().info({ devices: devices.length, token: "secret" }, "counted");
    getMetrics().recordBusinessOperation("inventory", undefined, { plugin: "inventory", success: true });
    return devices.length;
  });
}

let telemetry: TestObservability;
before(async () => {
  telemetry = await startTestObservability();
});
after(() => telemetry.stop());

test("an inventory is a span, a count and a line without secrets, all of the tenant", async () => {
  await withTenant("acme", () => countDevices(["scale", "scanner"]));
  telemetry.expectSpan({
    name: "plugin.execute",
    tenantId: "acme",
    attributes: { "plugin.name": "inventory" },
  });
  await telemetry.expectMetric("autoweave_business_operations_total", {
    operation: "inventory",
    tenant_id: "acme",
  });
  telemetry.expectLog({ msg: "counted", tenant_id: "acme", devices: 2, token: /redacted/i });
});
