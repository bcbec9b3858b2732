import {
  getGlobalTracer,
  getLogger,
  getMetrics,
  initializeObservability,
  withTenant,
} from "@autoweave/observability";

const observability = initializeObservability({ serviceName: "automation", tenantId: "shared" });

// All of these may be obtained before `initialize()`, by any module.
const tracer = getGlobalTracer();
const metrics = getMetrics();
const log = getLogger().child({ component: "rules" });
const evaluated = metrics.counter("rules_evaluated_total", { help: "Rules evaluated.", labels: ["rule"] });
const duration = metrics.histogram("rule_duration_seconds", { help: "One evaluation.", labels: ["rule"] });
const active = metrics.gauge("rules_active", { help: "Rules that may fire." });

await observability.initialize();

/** A span, which has failed if the rule throws, a line that leads to it, and metrics; all of them the current tenant's. */
async function evaluate(rule: string, condition: () => Promise<boolean>): Promise<void> {
  const began = performance.now();
  await tracer.withSpan(`rule ${rule}`, { attributes: { "rule.name": rule } }, async (span) => {
    const fires = await condition();
    span.setAttribute("rule.fires", fires);
    log.info({ rule, fires }, "evaluated");
  });
  const durationMs = performance.now() - began;
  evaluated.increment({ rule });
  duration.observe({ rule }, durationMs / 1000);
  // The current tenant's, because no other is named.
  metrics.recordBusinessOperation("device-automation", undefined, {
    plugin: "rules",
    success: true,
    durationMs,
  });
}

active.set({}, 2);
await withTenant("acme", () => evaluate("door-open", async () => true));
await withTenant("globex", () => evaluate("too-warm", async () => false));

await observability.shutdown();
