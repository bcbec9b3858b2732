import assert from "node:assert/strict";
import { ObservabilityManager } from "../../src/manager.ts";
import { signals } from "../../src/names/index.ts";
import type { ObservabilityOptions } from "../../src/options/options.ts";
import { resolveOptions } from "../../src/options/resolve.ts";
import { telemetry } from "../../src/telemetry.ts";
import type { Backend } from "./backend.ts";
import { eventually, FastClock } from "./fast-clock.ts";
import { plainAttributes } from "./otlp-decode.ts";
import type { Records } from "./otlp-types.ts";

const sales = telemetry.metrics.counter("shop_sales_total", { help: "Sales.", labels: ["kind"] });

/** What each sale makes. */
export const itemsPerSale = { traces: 1, logs: 2 } as const;
const countsPerSale = 10;

/** An app with the complete SDK. What a sale makes has its number. */
export class Shop {
  readonly manager: ObservabilityManager;
  sold = 0;
  readonly #faults: string[] = [];
  readonly #watch: NodeJS.Timeout;

  /** Opens it; its telemetry lives in a time that passes `speed` times as fast. */
  static async open(backend: Backend, options: ObservabilityOptions = {}, speed = 20): Promise<Shop> {
    const shop = new Shop(backend, options, speed);
    await shop.manager.initialize();
    return shop;
  }

  private constructor(backend: Backend, options: ObservabilityOptions, speed: number) {
    const defaults: ObservabilityOptions = {
      serviceName: "shop",
      tenantId: "blue",
      otlpEndpoint: backend.url,
      lokiEndpoint: backend.url,
      samplingRate: 1,
      maxTracesPerSecond: 100_000,
      metricsExportInterval: 1_000,
      exportTimeoutMs: 120_000,
      enableHealthMonitoring: false,
      enableProductionOptimizations: false,
    };
    this.manager = new ObservabilityManager(resolveOptions({ ...defaults, ...options }, {}), {
      clock: new FastClock(speed),
      logDestination: { write() {} },
    });
    this.#watch = setInterval(() => this.#check(), 2).unref();
  }

  /** Sells, and asserts that the business goes as it would without telemetry. */
  async sell(sales: number): Promise<void> {
    for (const end = this.sold + sales; this.sold < end;) {
      const sale = this.sold++;
      assert.equal(await sell(sale), price(sale));
      if (sale % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Resolves when nothing waits any more. */
  async delivered(): Promise<void> {
    await eventually(async () => {
      await this.manager.flush(120_000);
      return signals.every((signal) => this.countsOf(signal).waiting.items === 0);
      // A backlog of five minutes takes its time on a busy machine.
    }, 90_000);
  }

  countsOf(signal: (typeof signals)[number]) {
    return this.manager.deliveryCounts(signal) ?? assert.fail(`${signal} are not delivered`);
  }

  /** What the backend keeps is every sale exactly once, and the metrics' total. */
  assertAllArrived(backend: Backend): void {
    const numbers = { traces: [] as number[], logs: [] as number[] };
    let total = 0;
    for (const { signal, records, acknowledged } of backend.requests) {
      if (!acknowledged) continue;
      for (const { record } of records) {
        if (signal !== "metrics") {
          const { attributes } = record as Records["traces" | "logs"];
          numbers[signal].push(Number(plainAttributes(attributes)["sale"]));
        } else if ((record as Records["metrics"]).name === "shop_sales_total") {
          const points = (record as Records["metrics"]).sum?.dataPoints ?? [];
          total = points.reduce((sum, { asDouble, asInt }) => sum + (asDouble ?? Number(asInt)), 0);
        }
      }
    }
    for (const signal of ["traces", "logs"] as const) {
      const times = itemsPerSale[signal];
      const expected = Array.from({ length: this.sold * times }, (_, index) => Math.floor(index / times));
      const { delivered, dropped } = this.countsOf(signal);
      assert.deepEqual({ signal, delivered, dropped }, { signal, delivered: expected.length, dropped: {} });
      assert.deepEqual(
        numbers[signal].sort((one, other) => one - other),
        expected,
        signal,
      );
    }
    assert.equal(total, this.sold * countsPerSale);
    const { produced, delivered, dropped } = this.countsOf("metrics");
    assert.deepEqual({ delivered, dropped }, { delivered: produced, dropped: {} });
  }

  /** Asserts that the counts were right at all times. */
  async close(): Promise<void> {
    clearInterval(this.#watch);
    await this.manager.shutdown();
    this.#check();
    assert.deepEqual(this.#faults, []);
  }

  #check(): void {
    for (const signal of signals) {
      const counts = this.manager.deliveryCounts(signal);
      if (!counts) continue;
      const { produced, delivered, dropped, waiting } = counts;
      const given = Object.values(dropped).reduce((sum, items) => sum + items, 0);
      const isBalanced = produced === delivered + given + waiting.items;
      if (!isBalanced || waiting.items < 0 || waiting.bytes < 0)
        this.#faults.push(`${signal}: ${JSON.stringify(counts)}`);
    }
  }
}

const price = (sale: number) => (sale * 7_919) % 1_000;

const sell = (sale: number): Promise<number> =>
  telemetry.tracer.withSpan("sale", { attributes: { sale } }, async () => {
    telemetry.logger.info({ sale }, "asked for");
    for (let i = 0; i < countsPerSale; i++) sales.increment({ kind: i % 2 ? "odd" : "even" });
    await Promise.resolve();
    telemetry.logger.info({ sale }, "sold");
    return price(sale);
  });
