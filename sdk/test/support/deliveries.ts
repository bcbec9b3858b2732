import assert from "node:assert/strict";
import { createDelivery, type DeliveryOptions } from "../../src/delivery/delivery.ts";
import type { Delivery } from "../../src/delivery/record.ts";
import { Backend } from "./backend.ts";
import { FastClock } from "./fast-clock.ts";
import { resource } from "./records.ts";
import { stderrOf } from "./stderr.ts";

/** Of a fast clock: long enough for a loaded machine. */
export const patienceMs = 1_000_000;

/** A delivery with bounds that no test reaches by accident. */
export const deliveryTo = (url: string, options: Partial<DeliveryOptions> = {}): Delivery =>
  createDelivery({
    signal: "traces",
    url,
    timeoutMs: patienceMs,
    batchItems: 10,
    batchDelayMs: 1_000,
    maxQueueItems: 10_000,
    maxQueueBytes: 16 * 1024 * 1024,
    resource,
    headers: () => ({}),
    clock: new FastClock(),
    ...options,
  });

/** `produced == delivered + dropped + waiting`. */
export function assertBalanced(delivery: Delivery): void {
  const { produced, delivered, dropped, waiting } = delivery.counts();
  const given = Object.values(dropped).reduce((sum, items) => sum + items, 0);
  assert.equal(produced, delivered + given + waiting.items, JSON.stringify(delivery.counts()));
  assert.ok(waiting.items >= 0 && waiting.bytes >= 0, JSON.stringify(waiting));
}

/** Runs with a backend and deliveries to it, all of which are ended afterwards. */
export async function withBackend(
  test: (backend: Backend, deliver: (options?: Partial<DeliveryOptions>) => Delivery) => Promise<void>,
): Promise<void> {
  const backend = await Backend.start();
  const deliveries: Delivery[] = [];
  try {
    const deliver = (options: Partial<DeliveryOptions> = {}) => {
      const delivery = deliveryTo(backend.endpoint(options.signal ?? "traces"), options);
      deliveries.push(delivery);
      return delivery;
    };
    // What it has to say of a bad backend is expected.
    await stderrOf(() => test(backend, deliver));
    for (const delivery of deliveries) assertBalanced(delivery);
  } finally {
    await Promise.all(deliveries.map((delivery) => delivery.shutdown(0)));
    await backend.stop();
  }
}
