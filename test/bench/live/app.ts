import { encodeResource } from "../../../sdk/src/otlp/common.ts";
import { encodeRequest } from "../../../sdk/src/otlp/request.ts";
import { seeded } from "../support/random.ts";
import { type LoadSignal, pushSeconds, type Rates, type Target } from "./load.ts";
import { lineOf } from "./lines.ts";
import type { Sender } from "./sender.ts";
import { AppMetrics } from "./series.ts";
import { type Identity, resourceAttributes, scope } from "./identity.ts";
import { traceOf } from "./traces.ts";

/** Each tenant's, so many processes of each. */
const services = ["hub", "worker", "gateway", "importer", "billing"];

/** How often an app sends what it has, in ms. Source: the SDK's defaults of traceExportDelayMs and logExportDelayMs. */
const everyMs = { spans: 5_000, lines: 1_000, series: pushSeconds * 1_000 } as const;
/** Most spans or lines of a request. Source: the SDK's defaults. */
const batchItems = 512;

/** One process of a tenant's app as the platform sees it: made by the SDK's own encoders, sent as the SDK sends. */
export class App {
  readonly #identity: Identity;
  readonly #token: string;
  readonly #senders: Record<LoadSignal, Sender>;
  readonly #resource: Uint8Array;
  readonly #random: () => number;
  readonly #metrics: AppMetrics;
  /** Where in an interval it sends: apps that start together do not send together. */
  readonly #share: number;
  #rates: Rates = { spansPerSecond: 0, linesPerSecond: 0, series: 0 };
  #resumedAt = 0;
  #made = { spans: 0, lines: 0 };
  #timers: NodeJS.Timeout[] = [];
  #lastTrace = { traceId: "0".repeat(32), spanId: "0".repeat(16) };
  #lastLineMs = 0;
  #linesOfMs = 0;

  constructor(number: number, { tenants, seriesPerApp }: Target, senders: Record<LoadSignal, Sender>) {
    const tenant = tenants[number % tenants.length] as Target["tenants"][number];
    const nth = Math.floor(number / tenants.length);
    this.#identity = {
      tenant: tenant.id,
      service: services[nth % services.length] as string,
      instance: `bench-${number}`,
    };
    this.#token = tenant.token;
    this.#senders = senders;
    this.#random = seeded(number + 1);
    this.#share = this.#random();
    this.#resource = encodeResource(resourceAttributes(this.#identity));
    this.#metrics = new AppMetrics(this.#identity, seriesPerApp);
  }

  resume(rates: Rates): void {
    this.#rates = rates;
    this.#resumedAt = performance.now();
    this.#made = { spans: 0, lines: 0 };
    if (rates.spansPerSecond > 0) this.#every(everyMs.spans, () => this.#sendSpans());
    if (rates.linesPerSecond > 0) this.#every(everyMs.lines, () => this.#sendLines());
    if (rates.series > 0) this.#every(everyMs.series, () => void this.#push());
  }

  /** Sends what the rates still owe, and then nothing more. */
  pause(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    this.#sendSpans();
    this.#sendLines();
    this.#rates = { spansPerSecond: 0, linesPerSecond: 0, series: 0 };
  }

  #every(intervalMs: number, work: () => void): void {
    const first = setTimeout(() => {
      work();
      this.#timers.push(setInterval(work, intervalMs));
    }, intervalMs * this.#share);
    this.#timers.push(first);
  }

  #owed = (perSecond: number, made: number): number =>
    (perSecond * (performance.now() - this.#resumedAt)) / 1000 - made;

  #sendSpans(): void {
    while (this.#owed(this.#rates.spansPerSecond, this.#made.spans) > 0) {
      const spans: Uint8Array[] = [];
      let traces = 0;
      while (spans.length < batchItems && this.#owed(this.#rates.spansPerSecond, this.#made.spans) > 0) {
        const trace = traceOf(this.#identity, this.#random);
        this.#lastTrace = trace;
        spans.push(...trace.spans);
        this.#made.spans += trace.spans.length;
        traces++;
      }
      this.#send("spans", spans, spans.length, traces);
    }
  }

  #sendLines(): void {
    while (this.#owed(this.#rates.linesPerSecond, this.#made.lines) > 0) {
      const lines: Uint8Array[] = [];
      while (lines.length < batchItems && this.#owed(this.#rates.linesPerSecond, this.#made.lines) > 0) {
        lines.push(lineOf(this.#identity, this.#lastTrace, this.#random, this.#lineTime()));
        this.#made.lines++;
      }
      this.#send("lines", lines, lines.length, lines.length);
    }
  }

  /** Tells lines of one millisecond apart, as the SDK does. */
  #lineTime(): { ms: number; nanoseconds: number } {
    const ms = Date.now();
    this.#linesOfMs = ms === this.#lastLineMs ? this.#linesOfMs + 1 : 0;
    this.#lastLineMs = ms;
    return { ms, nanoseconds: this.#linesOfMs };
  }

  async #push(): Promise<void> {
    const records = await this.#metrics.snapshot(this.#lastTrace, this.#random);
    this.#send(
      "series",
      records.map(({ bytes }) => bytes),
      this.#metrics.series,
      this.#metrics.series,
    );
  }

  #send(signal: LoadSignal, records: readonly Uint8Array[], items: number, groups: number): void {
    const body = encodeRequest(
      this.#resource,
      records.map((bytes) => ({ scope, bytes, items: 1 })),
    );
    this.#senders[signal].send(this.#identity.instance, this.#token, { body, items, groups });
  }
}
