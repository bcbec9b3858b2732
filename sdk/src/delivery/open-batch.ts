import type { Clock } from "../clock.ts";
import type { Batch } from "./batch.ts";
import type { TelemetryRecord } from "./record.ts";

export interface BatchBounds {
  /** Protobuf message `Resource`. */
  resource: Uint8Array;
  /** A batch is closed when it holds so many items or bytes, or its first record is so old. */
  batchItems: number;
  batchBytes: number;
  batchDelayMs: number;
}

/** Gathers records until a batch of them is full or old enough. */
export class OpenBatch {
  readonly #bounds: BatchBounds;
  readonly #clock: Clock;
  readonly #onClose: (batch: Batch, openedAt: number) => void;
  #records: TelemetryRecord[] = [];
  #items = 0;
  #bytes = 0;
  #openedAt = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(bounds: BatchBounds, clock: Clock, onClose: (batch: Batch, openedAt: number) => void) {
    this.#bounds = bounds;
    this.#clock = clock;
    this.#onClose = onClose;
  }

  add(record: TelemetryRecord): void {
    const { batchItems, batchBytes, batchDelayMs } = this.#bounds;
    if (this.#bytes + record.bytes.length > batchBytes) this.close();
    if (this.#records.length === 0) {
      this.#openedAt = this.#clock.now();
      this.#cancelTimer = this.#clock.after(batchDelayMs, () => this.close());
    }
    this.#records.push(record);
    this.#items += record.items;
    this.#bytes += record.bytes.length;
    if (this.#items >= batchItems) this.close();
  }

  close(): void {
    if (this.#records.length === 0) return;
    this.#cancelTimer?.();
    const { resource } = this.#bounds;
    const batch = { resource, records: this.#records, items: this.#items, bytes: this.#bytes };
    this.#records = [];
    this.#items = 0;
    this.#bytes = 0;
    this.#onClose(batch, this.#openedAt);
  }
}
