import type { DeliveryCounts } from "../delivery/record.ts";
import { dropReasons, type DropReason, exportFailureReasons, metrics, type Signal } from "../names/index.ts";
import type { MetricsCore } from "./core.ts";

/**
 * Tells what became of a signal's telemetry (`autoweave_observability_*`), read whenever the metrics are. Every reason is
 * there from the start, at 0: what only appears with its first loss has no increase that a rule could see.
 * Returns how to end it.
 */
export function observeDelivery(core: MetricsCore, signal: Signal, counts: () => DeliveryCounts): () => void {
  const { tenantId } = core;
  return core.onCollect(() => {
    const { produced, delivered, dropped, waiting, failures } = counts();
    core.set(metrics.produced, { signal }, produced, tenantId);
    core.set(metrics.delivered, { signal }, delivered, tenantId);
    core.set(metrics.queueItems, { signal }, waiting.items, tenantId);
    core.set(metrics.queueBytes, { signal }, waiting.bytes, tenantId);
    for (const reason of dropReasons) {
      core.set(metrics.dropped, { signal, reason }, dropped[reason] ?? 0, tenantId);
    }
    for (const reason of exportFailureReasons) {
      core.set(metrics.exportFailures, { signal, reason }, failures[reason] ?? 0, tenantId);
    }
  });
}

/** Counts what was given up where nothing is delivered: metrics that are scraped. */
export class DropCounts {
  readonly #dropped: Partial<Record<DropReason, number>> = {};

  readonly drop = (reason: DropReason, items: number): void => {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + items;
  };

  readonly counts = (): DeliveryCounts => ({
    produced: Object.values(this.#dropped).reduce((sum, items) => sum + items, 0),
    delivered: 0,
    dropped: this.#dropped,
    waiting: { items: 0, bytes: 0 },
    failures: {},
  });
}
