import { join } from "node:path";
import type { Clock } from "../clock.ts";
import type { DropReason, Signal } from "../names/index.ts";
import { Backlog } from "./backlog.ts";
import { Complaints } from "./complaints.ts";
import { Ledger } from "./ledger.ts";
import type { Delivery, DeliveryCounts, TelemetryRecord } from "./record.ts";
import { Sender } from "./sender.ts";
import type { SpoolOptions } from "./spool.ts";
import type { TlsFileOptions } from "./tls-files.ts";
import { httpTransport, type Transport } from "./transport.ts";

export interface DeliveryOptions {
  signal: Signal;
  /** Where the signal's OTLP goes, e.g. `http://tempo:4318/v1/traces`. */
  url: string;
  /** Longest time that one request may take. */
  timeoutMs: number;
  /** A batch is sent when it holds so many items, or when its first record has waited so long. */
  batchItems: number;
  batchDelayMs: number;
  /** Bounds of what waits in memory. */
  maxQueueItems: number;
  maxQueueBytes: number;
  /**
   * Where it waits on disk, in a folder for each signal. Processes may share the directory if their telemetry may be sent with
   * the same credentials: what one leaves the next one sends. When it is full, the newest waits in memory, and is dropped when
   * that is full too.
   */
  spool?: SpoolOptions | undefined;
  /** Protobuf message `Resource`, without a field header. */
  resource: Uint8Array;
  /** Asked for with each request. */
  headers: () => Readonly<Record<string, string>>;
  /** Default: what Node trusts, and no certificate of the process's own. */
  tlsFiles?: TlsFileOptions;
  clock: Clock;
  /** Default: HTTP with gzip, on connections that are kept. */
  transport?: Transport;
}

/** Small enough for any backend's default limit, in bytes of records. */
const maxRequestBytes = 4 * 1024 * 1024;

/** A shutdown may last so much longer than asked for, to let go of the disk. */
const leastDiskPatienceMs = 500;

/** Takes one signal to one backend. Throws if `url` is no URL. */
export function createDelivery(options: DeliveryOptions): Delivery {
  return new QueuedDelivery(options);
}

/** Someone waits until nothing is left to wait for, or no longer. */
interface Waiter {
  isDone: () => boolean;
  resolve: () => void;
}

class QueuedDelivery implements Delivery {
  readonly #clock: Clock;
  readonly #ledger = new Ledger();
  readonly #backlog: Backlog;
  readonly #sender: Sender;
  readonly #waiters = new Set<Waiter>();
  #ending: Promise<void> | undefined;
  #takesNoMore = false;

  constructor({ signal, url, clock, spool, ...options }: DeliveryOptions) {
    this.#clock = clock;
    // A series' points must arrive in the order of their times.
    const isOrdered = signal === "metrics";
    const parallel = isOrdered ? 1 : 2;
    // Several batches fit into any spool.
    const batchBytes = Math.min(maxRequestBytes, spool ? spool.maxBytes / 4 : Infinity);
    this.#backlog = new Backlog(
      {
        ...options,
        batchBytes,
        maxRecordBytes: maxRequestBytes,
        isOrdered,
        spool: spool && { ...spool, directory: join(spool.directory, signal) },
        onReady: () => this.#proceed(),
      },
      clock,
      this.#ledger,
    );
    this.#sender = new Sender({
      ...options,
      parallel,
      maxRequestBytes,
      transport: options.transport ?? httpTransport(url, parallel, options.tlsFiles),
      complaints: new Complaints(signal, url),
      backlog: this.#backlog,
      ledger: this.#ledger,
      clock,
      onProgress: () => this.#release(),
    });
  }

  offer(record: TelemetryRecord): void {
    if (this.#takesNoMore) this.#ledger.refuse("shutdown", record.items);
    else this.#backlog.offer(record);
  }

  offerSnapshot(records: readonly TelemetryRecord[]): void {
    if (this.#takesNoMore) for (const { items } of records) this.#ledger.refuse("shutdown", items);
    else this.#backlog.offerSnapshot(records);
  }

  drop(reason: DropReason, items: number): void {
    this.#ledger.refuse(reason, items);
  }

  flush(timeoutMs: number): Promise<void> {
    const sequence = this.#backlog.close();
    const done = this.#until(() => this.#backlog.isClear(sequence, false), timeoutMs);
    this.#sender.hurry();
    return done;
  }

  shutdown(timeoutMs: number): Promise<void> {
    this.#takesNoMore = true;
    this.#ending ??= this.#end(timeoutMs);
    return this.#ending;
  }

  saveSync(timeoutMs: number): void {
    if (this.#backlog.saveSync(timeoutMs)) this.#takesNoMore = true;
  }

  counts(): DeliveryCounts {
    const { produced, delivered, waiting, dropped, failures } = this.#ledger;
    return {
      produced,
      delivered,
      dropped: { ...dropped },
      waiting: { items: waiting, bytes: this.#backlog.bytes },
      failures: { ...failures },
    };
  }

  reachable(): ReturnType<Delivery["reachable"]> {
    return this.#sender.reachable;
  }

  async #end(timeoutMs: number): Promise<void> {
    const startedAt = this.#clock.now();
    const sequence = this.#backlog.close();
    // What is on disk is safe: no more than one try for that.
    const isSafe = () => {
      const { reachable } = this.#sender;
      const hasFailed = reachable !== undefined && !reachable.ok && reachable.at >= startedAt;
      return this.#backlog.isClear(sequence, hasFailed);
    };
    const done = this.#until(isSafe, timeoutMs);
    this.#sender.hurry();
    await done;
    this.#sender.end();
    const closed = this.#backlog.end();
    for (const { resolve } of this.#waiters) resolve();
    // A disk that hangs does not hold up the shutdown.
    const patienceMs = Math.max(startedAt + timeoutMs - this.#clock.now(), leastDiskPatienceMs);
    await Promise.race([closed, new Promise<void>((resolve) => this.#clock.after(patienceMs, resolve))]);
  }

  /** Keeps the process alive meanwhile: nothing else that is at work here does. */
  #until(isDone: () => boolean, timeoutMs: number): Promise<void> {
    if (isDone() || timeoutMs <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const alive = setInterval(() => undefined, 2 ** 30);
      const waiter: Waiter = {
        isDone,
        resolve: () => {
          clearInterval(alive);
          cancel();
          this.#waiters.delete(waiter);
          resolve();
        },
      };
      const cancel = this.#clock.after(timeoutMs, waiter.resolve);
      this.#waiters.add(waiter);
    });
  }

  #proceed(): void {
    this.#sender.pump();
    this.#release();
  }

  #release(): void {
    for (const waiter of this.#waiters) if (waiter.isDone()) waiter.resolve();
  }
}
