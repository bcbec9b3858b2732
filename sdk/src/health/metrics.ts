import type { Clock } from "../clock.ts";
import type { MetricsCore } from "../metrics/core.ts";
import { metrics } from "../names/index.ts";
import type { Health } from "./health.ts";

/** A slow check keeps nobody waiting for the metrics longer than this: what it found before is told then. */
const patienceMs = 1_000;

/** Tells the health by check, and the whole as `check="ready"`, whenever the metrics are read. Returns how to end it. */
export function observeHealth(core: MetricsCore, health: Health, clock: Clock): () => void {
  const told = new Set<string>();
  const tell = (check: string, ok: boolean) => {
    told.add(check);
    core.set(metrics.healthStatus, { check }, ok ? 1 : 0, core.tenantId);
  };
  return core.onCollect(async () => {
    await within(patienceMs, health.run(), clock);
    const { ready, checks } = health.report();
    // A check that was removed failing must not be failing for ever.
    for (const check of told) if (!(check in checks)) tell(check, true);
    for (const [check, { ok }] of Object.entries(checks)) tell(check, ok);
    tell("ready", ready);
  });
}

const within = (timeoutMs: number, task: Promise<unknown>, clock: Clock): Promise<void> =>
  new Promise((resolve) => {
    const cancel = clock.after(timeoutMs, resolve);
    void task.finally(() => {
      cancel();
      resolve();
    });
  });
