import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { DeliveryOptions } from "../../src/delivery/delivery.ts";
import type { Delivery } from "../../src/delivery/record.ts";
import type { Signal } from "../../src/names/index.ts";
import { assertBalanced, deliveryTo } from "../support/deliveries.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FakeTransport, type Mood, moods } from "../support/fake-transport.ts";
import { recordOf } from "../support/records.ts";
import { stderrOf } from "../support/stderr.ts";

/** What can happen to a delivery. */
type Step =
  | { kind: "offer" | "snapshot"; records: number; items: number; length: number }
  | { kind: "drop"; items: number }
  | { kind: "mood"; mood: Mood }
  | { kind: "time"; ms: number }
  | { kind: "flush"; ms: number };

const content = {
  records: fc.integer({ min: 1, max: 30 }),
  items: fc.integer({ min: 1, max: 5 }),
  length: fc.nat({ max: 200 }),
};
const steps = (signal: Signal) =>
  fc.array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constant(signal === "metrics" ? "snapshot" : "offer"), ...content }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("drop"), items: fc.nat({ max: 9 }) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant("mood"), mood: fc.constantFrom(...moods) }) },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant("time"), ms: fc.nat({ max: 40_000 }) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("flush"), ms: fc.nat({ max: 5_000 }) }) },
    ) as fc.Arbitrary<Step>,
    { maxLength: 40, size: "max" },
  );

const maxQueueItems = 100;
const maxQueueBytes = 10_000;

class World {
  readonly clock = new FakeClock();
  readonly backend: FakeTransport;
  readonly delivery: Delivery;
  readonly signal: Signal;
  readonly #spool: DeliveryOptions["spool"];
  #names = 0;

  constructor(signal: Signal, spool?: DeliveryOptions["spool"]) {
    this.signal = signal;
    this.#spool = spool;
    this.backend = new FakeTransport(signal);
    this.delivery = deliveryTo(`http://backend/v1/${signal}`, {
      signal,
      clock: this.clock,
      transport: this.backend,
      timeoutMs: 5_000,
      batchItems: 20,
      maxQueueItems,
      maxQueueBytes,
      spool,
    });
  }

  async step(step: Step): Promise<void> {
    switch (step.kind) {
      case "offer":
        for (const record of this.#records(step)) this.delivery.offer(record);
        break;
      case "snapshot":
        this.delivery.offerSnapshot(this.#records(step));
        break;
      case "drop":
        this.delivery.drop("shed", step.items);
        break;
      case "mood":
        this.backend.mood = step.mood;
        break;
      case "time":
        await this.clock.run(step.ms);
        break;
      case "flush":
        void this.delivery.flush(step.ms);
    }
    assertBalanced(this.delivery);
  }

  /** The backend works again, and time passes until nothing waits, but for what no later snapshot replaces. */
  async recover(): Promise<void> {
    this.backend.mood = "accept";
    if (this.signal === "metrics") this.delivery.offerSnapshot([recordOf("metrics", "last")]);
    for (let tries = 0; this.delivery.counts().waiting.items > 0; tries++) {
      assert.ok(tries < 2_000, `Still waiting: ${JSON.stringify(this.delivery.counts())}`);
      await this.clock.run(1_000);
      assertBalanced(this.delivery);
      // A real disk needs real time.
      if (this.#spool) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  #records({ records, items, length }: Step & { kind: "offer" | "snapshot" }) {
    const padding = "-".repeat(length);
    return Array.from({ length: records }, () => recordOf(this.signal, `${this.#names++}${padding}`, items));
  }
}

describe("produced == delivered + dropped + waiting", () => {
  for (const signal of ["traces", "metrics"] as const) {
    it(`holds for ${signal} at every moment, whatever the backend does, and nothing waits once it works`, async function () {
      this.timeout(60_000);
      await stderrOf(() =>
        fc.assert(
          fc.asyncProperty(steps(signal), async (steps) => {
            const world = new World(signal);
            for (const step of steps) {
              await world.step(step);
              const { items, bytes } = world.delivery.counts().waiting;
              if (signal === "traces") assert.ok(items <= maxQueueItems && bytes <= maxQueueBytes);
            }
            await world.recover();
            assert.equal(world.delivery.counts().waiting.bytes, 0);
            const names = world.backend.taken.flat();
            assert.equal(
              new Set(names).size,
              names.length,
              "nothing is taken twice by a backend that says what it took",
            );
            await world.delivery.shutdown(0);
            assertBalanced(world.delivery);
          }),
          { numRuns: 500 },
        ),
      );
    });

    it(`holds for ${signal} with a spool, and when the process ends amid it all`, async function () {
      this.timeout(60_000);
      await stderrOf(() =>
        fc.assert(
          fc.asyncProperty(steps(signal), steps(signal), async (before, after) => {
            const directory = mkdtempSync(join(tmpdir(), "autoweave-spool-"));
            try {
              const spool = { directory, maxBytes: 20_000, maxAgeMs: 120_000 };
              const first = new World(signal, spool);
              for (const step of before) await first.step(step);
              await first.delivery.shutdown(0);
              assertBalanced(first.delivery);
              const second = new World(signal, spool);
              for (const step of after) await second.step(step);
              await second.recover();
              await second.delivery.shutdown(0);
            } finally {
              rmSync(directory, { recursive: true });
            }
          }),
          { numRuns: 50 },
        ),
      );
    });
  }
});
