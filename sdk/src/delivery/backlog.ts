import type { Clock } from "../clock.ts";
import type { DropReason } from "../names/index.ts";
import { backoffMs } from "./backoff.ts";
import { type Batch, batchOf } from "./batch.ts";
import type { Ledger } from "./ledger.ts";
import { type BatchBounds, OpenBatch } from "./open-batch.ts";
import { Parcel } from "./parcel.ts";
import type { TelemetryRecord } from "./record.ts";
import { Spool, type SpoolOptions } from "./spool.ts";
import type { SpoolFile } from "./spool-file.ts";

export interface BacklogOptions extends BatchBounds {
  /** A record that is larger is refused. */
  maxRecordBytes: number;
  /** Bounds of what waits in memory. */
  maxQueueItems: number;
  maxQueueBytes: number;
  spool?: SpoolOptions | undefined;
  /** Parcels are taken strictly one after the other. */
  isOrdered: boolean;
  /** There may be something to take. */
  onReady: () => void;
}

/**
 * What waits to be sent, within bounds. Records gather in a batch, which becomes a parcel; parcels go to the spool if there is
 * one; from there, or from memory while the disk does not work, they are taken to be sent, and held if that fails. When it is
 * full the newest record is dropped: the oldest may already be on its way. A snapshot supersedes the oldest one instead.
 */
export class Backlog {
  readonly #options: BacklogOptions;
  readonly #clock: Clock;
  readonly #ledger: Ledger;
  readonly #open: OpenBatch;
  readonly #spool: Spool | undefined;

  /** In memory, complete. */
  readonly #closed: Parcel[] = [];
  /** On disk, not tried yet. */
  #spooled: Parcel[] = [];
  /** Tried, and failed. */
  readonly #held: Parcel[] = [];
  /** Those, the one being stored and the ones being sent. */
  readonly #live = new Set<Parcel>();

  #sequence = 0;
  #memoryItems = 0;
  #memoryBytes = 0;
  #isStoring = false;
  /** What the snapshots up to `sequence` held that were given up for later ones. */
  readonly #superseded = { items: 0, sequence: 0 };

  constructor(options: BacklogOptions, clock: Clock, ledger: Ledger) {
    this.#options = options;
    this.#clock = clock;
    this.#ledger = ledger;
    this.#open = new OpenBatch(options, clock, (batch, openedAt) => this.#add(batch, openedAt, false));
    if (options.spool) {
      this.#spool = new Spool(options.spool, clock, (files) => this.#adopt(files));
      void this.#store();
    }
  }

  /** In memory and on disk. */
  get bytes(): number {
    return this.#memoryBytes + (this.#spool?.bytes ?? 0);
  }

  offer(record: TelemetryRecord): void {
    const { items, bytes } = record;
    if (bytes.length > this.#options.maxRecordBytes) return this.#ledger.refuse("too_large", items);
    if (!this.#fits(items, bytes.length)) return this.#ledger.refuse("queue_full", items);
    this.#ledger.accept(items);
    this.#memoryItems += items;
    this.#memoryBytes += bytes.length;
    this.#open.add(record);
  }

  /** There is always room for one snapshot: the bounds on labels and series are its bounds. */
  offerSnapshot(records: readonly TelemetryRecord[]): void {
    const batch = batchOf(this.#options.resource, records);
    if (batch.items === 0) return;
    while (!this.#fits(batch.items, batch.bytes) && this.#supersede("memory"));
    this.#ledger.accept(batch.items);
    this.#memoryItems += batch.items;
    this.#memoryBytes += batch.bytes;
    this.#add(batch, this.#clock.now(), true);
  }

  /** Makes a parcel of what has gathered. Returns the last parcel's sequence. */
  close(): number {
    this.#open.close();
    return this.#sequence;
  }

  /** Whether all parcels up to the sequence have left, or are on disk if that is enough. */
  isClear(sequence: number, diskIsEnough: boolean): boolean {
    for (const parcel of this.#live) {
      if (parcel.sequence > sequence) return true;
      if (!parcel.file || !diskIsEnough) return false;
    }
    return true;
  }

  /**
   * The parcel to send next. A backend is probed with one that did not fail yet, if there is one: a parcel that no backend
   * takes must not stand for all others.
   */
  take(isProbe: boolean): Parcel | undefined {
    this.#expire();
    const failed = this.#held[0];
    if (failed && (this.#options.isOrdered || (!isProbe && failed.notBefore <= this.#clock.now()))) {
      return this.#held.shift();
    }
    return this.#fresh() ?? (isProbe ? this.#held.shift() : undefined);
  }

  /** When the next parcel that failed may be tried again; `undefined` if none did. */
  get nextTry(): number | undefined {
    return this.#held[0]?.notBefore;
  }

  /** Lets what failed be tried again at once. */
  hurry(): void {
    for (const parcel of this.#held) parcel.notBefore = 0;
  }

  /** Sees to it that `batches` are in memory. `later`: the disk fails, and the parcel is held. */
  async load(parcel: Parcel): Promise<"ready" | "later" | "lost"> {
    if (parcel.batches || !parcel.file || !this.#spool) return "ready";
    const batch = await this.#spool.load(parcel.file);
    if (batch === "lost") {
      this.giveUp(parcel, "invalid", parcel.waiting);
      this.finish(parcel);
      return "lost";
    }
    if (!batch) {
      this.hold(parcel);
      return "later";
    }
    parcel.batches = [batch];
    return "ready";
  }

  /** It could not be sent. */
  hold(parcel: Parcel): void {
    parcel.failures++;
    parcel.notBefore = this.#clock.now() + backoffMs(parcel.failures);
    // What is whole on disk need not wait in memory.
    if (parcel.file && parcel.waiting === parcel.items) parcel.batches = undefined;
    this.#held.push(parcel);
  }

  /** A backend has so many items of it. */
  deliver(parcel: Parcel, items: number): void {
    parcel.waiting -= items;
    parcel.isAcknowledged = true;
    this.#ledger.deliver(items);
  }

  giveUp(parcel: Parcel, reason: DropReason, items: number): void {
    parcel.waiting -= items;
    this.#ledger.giveUp(reason, items);
  }

  /** Nothing of it waits any more. */
  finish(parcel: Parcel): void {
    if (parcel.isSnapshot && parcel.isAcknowledged && parcel.sequence > this.#superseded.sequence) {
      this.#ledger.deliver(this.#superseded.items);
      this.#superseded.items = 0;
    }
    void this.#forget(parcel);
  }

  /** Takes to disk what is in memory only, without waiting, and begins no more of it after `timeoutMs`. False: there is no spool. */
  saveSync(timeoutMs: number): boolean {
    if (!this.#spool) return false;
    const deadline = performance.now() + timeoutMs;
    this.close();
    for (const parcel of this.#live) {
      if (performance.now() >= deadline) break;
      const [batch, ...others] = parcel.batches ?? [];
      if (parcel.file || !batch) continue;
      const rest = others.flatMap(({ records }) => records);
      const whole = rest.length === 0 ? batch : batchOf(batch.resource, [...batch.records, ...rest]);
      parcel.file = this.#spool.storeSync(whole, parcel.createdAt);
    }
    return true;
  }

  /** Gives up what is in memory only, and leaves the rest to the next process. */
  async end(): Promise<void> {
    this.close();
    for (const parcel of this.#live) {
      if (parcel.file) continue;
      this.giveUp(parcel, "shutdown", parcel.waiting);
      void this.#forget(parcel);
    }
    const isCovered = [...this.#live].some(({ isSnapshot }) => isSnapshot);
    if (!isCovered) {
      this.#ledger.giveUp("shutdown", this.#superseded.items);
      this.#superseded.items = 0;
    }
    await this.#spool?.close();
  }

  #fits(items: number, bytes: number): boolean {
    return (
      this.#memoryItems + items <= this.#options.maxQueueItems &&
      this.#memoryBytes + bytes <= this.#options.maxQueueBytes
    );
  }

  #add(batch: Batch, createdAt: number, isSnapshot: boolean): void {
    const parcel = new Parcel(++this.#sequence, createdAt, isSnapshot, batch);
    this.#live.add(parcel);
    this.#closed.push(parcel);
    if (this.#spool?.accepts()) void this.#store();
    else this.#options.onReady();
  }

  /** What a dead process left counts as produced by this one. */
  #adopt(files: readonly SpoolFile[]): void {
    const parcels = files.map((file) => new Parcel(++this.#sequence, file.createdAt, false, file));
    for (const parcel of parcels) {
      this.#ledger.accept(parcel.items);
      this.#live.add(parcel);
    }
    this.#spooled = [...parcels, ...this.#spooled];
  }

  #fresh(): Parcel | undefined {
    const stored = this.#spooled.shift();
    if (stored) return stored;
    if (!this.#spool?.accepts()) return this.#closed.shift();
    if (this.#closed.length > 0) void this.#store();
    return undefined;
  }

  /** Takes closed parcels to disk, one after the other, as long as it accepts them. */
  async #store(): Promise<void> {
    const spool = this.#spool;
    if (!spool || this.#isStoring) return;
    this.#isStoring = true;
    await spool.open();
    while (spool.accepts()) {
      const parcel = this.#closed.shift();
      if (!parcel) break;
      await this.#storeParcel(spool, parcel);
    }
    this.#isStoring = false;
    this.#options.onReady();
  }

  async #storeParcel(spool: Spool, parcel: Parcel): Promise<void> {
    const [batch] = parcel.batches ?? [];
    let file = batch && (await spool.store(batch, parcel.createdAt));
    while (batch && !file && spool.isFull() && parcel.isSnapshot && this.#live.has(parcel)) {
      const removal = this.#supersede("disk");
      if (!removal) break;
      await removal;
      file = await spool.store(batch, parcel.createdAt);
    }
    // Given up meanwhile.
    if (!this.#live.has(parcel)) return;
    if (file) {
      this.#leaveMemory(parcel);
      parcel.file = file;
      parcel.batches = undefined;
      this.#spooled.push(parcel);
    } else {
      this.#closed.unshift(parcel);
    }
  }

  /** Gives up the oldest snapshot that waits there, on account of the later ones. `undefined` if there is none. */
  #supersede(where: "memory" | "disk"): Promise<void> | undefined {
    for (const parcels of [this.#held, this.#spooled, this.#closed]) {
      const index = parcels.findIndex(
        (one) => one.isSnapshot && (where === "disk") === (one.file !== undefined),
      );
      const [parcel] = index < 0 ? [] : parcels.splice(index, 1);
      if (!parcel) continue;
      this.#superseded.items += parcel.waiting;
      this.#superseded.sequence = Math.max(this.#superseded.sequence, parcel.sequence);
      return this.#forget(parcel);
    }
    return undefined;
  }

  #expire(): void {
    for (const parcels of [this.#held, this.#spooled]) {
      for (
        let oldest = parcels[0];
        oldest?.file && this.#spool?.isExpired(oldest.file);
        oldest = parcels[0]
      ) {
        parcels.shift();
        this.giveUp(oldest, "expired", oldest.waiting);
        void this.#forget(oldest);
      }
    }
  }

  /** Resolves when its file is removed. */
  async #forget(parcel: Parcel): Promise<void> {
    // Given up at the end, while its outcome was on its way.
    if (!this.#live.delete(parcel)) return;
    if (!parcel.file) return this.#leaveMemory(parcel);
    await this.#spool?.remove(parcel.file);
    if (this.#closed.length > 0 && this.#spool?.accepts()) void this.#store();
  }

  #leaveMemory({ items, bytes }: Parcel): void {
    this.#memoryItems -= items;
    this.#memoryBytes -= bytes;
  }
}
