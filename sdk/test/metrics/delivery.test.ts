import assert from "node:assert/strict";
import type { DeliveryCounts } from "../../src/delivery/record.ts";
import { dropReasons, exportFailureReasons } from "../../src/names/index.ts";
import { DropCounts, observeDelivery } from "../../src/metrics/delivery.ts";
import { metricsCore, scrape } from "../support/metrics.ts";

const counts: DeliveryCounts = {
  produced: 10,
  delivered: 5,
  dropped: { queue_full: 2 },
  waiting: { items: 3, bytes: 300 },
  failures: { timeout: 4 },
};

describe("the metrics of the delivery", () => {
  it("tell what the delivery counts at the time that they are read", async () => {
    const { core } = metricsCore();
    let now = counts;
    observeDelivery(core, "logs", () => now);
    const read = async () =>
      Object.fromEntries(
        (await scrape(core))
          .filter(({ labels: { reason = "queue_full" } }) => ["queue_full", "timeout"].includes(reason))
          .map(({ name, labels, value }) => [
            `${name.replace("autoweave_observability_", "")} ${labels["signal"]}`,
            value,
          ]),
      );
    assert.deepEqual(await read(), {
      "produced_total logs": 10,
      "delivered_total logs": 5,
      "queue_items logs": 3,
      "queue_bytes logs": 300,
      "dropped_total logs": 2,
      "export_failures_total logs": 4,
    });
    now = { ...counts, produced: 12, delivered: 10, waiting: { items: 0, bytes: 0 } };
    const later = await read();
    assert.equal(later["produced_total logs"], 12);
    assert.equal(later["queue_items logs"], 0);
  });

  it("have every reason from the start, at 0, as the process's own tenant's", async () => {
    const { core } = metricsCore();
    observeDelivery(core, "traces", () => ({ ...counts, dropped: {}, failures: {} }));
    const samples = await scrape(core);
    const reasons = (name: string) =>
      samples
        .filter((sample) => sample.name === name && sample.value === 0)
        .map(({ labels }) => labels["reason"]);
    assert.deepEqual(reasons("autoweave_observability_dropped_total"), [...dropReasons]);
    assert.deepEqual(reasons("autoweave_observability_export_failures_total"), [...exportFailureReasons]);
    assert.ok(samples.every(({ labels }) => labels["tenant_id"] === "own"));
  });

  it("tell what was dropped by cardinality also where nothing is delivered", async () => {
    const drops = new DropCounts();
    const { core } = metricsCore({ onDrop: drops.drop, maxLabelValues: 20 });
    observeDelivery(core, "metrics", drops.counts);
    for (let kind = 0; kind < 22; kind++) core.increment(things, { kind });
    const [dropped] = (await scrape(core)).filter(({ labels }) => labels["reason"] === "cardinality");
    assert.equal(dropped?.value, 2);
    assert.equal(drops.counts().produced, 2);
  });
});

const things = { name: "things_total", type: "counter", help: "Things.", labels: ["kind"] } as const;
