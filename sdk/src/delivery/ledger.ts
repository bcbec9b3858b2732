import type { DropReason, ExportFailureReason } from "../names/index.ts";

/** Keeps count of every item: each that was produced is delivered, dropped or waiting. */
export class Ledger {
  produced = 0;
  delivered = 0;
  waiting = 0;
  readonly dropped: Partial<Record<DropReason, number>> = {};
  /** Failed requests. */
  readonly failures: Partial<Record<ExportFailureReason, number>> = {};

  /** They wait from now on. */
  accept(items: number): void {
    this.produced += items;
    this.waiting += items;
  }

  /** They were produced, and never wait. */
  refuse(reason: DropReason, items: number): void {
    this.produced += items;
    this.dropped[reason] = (this.dropped[reason] ?? 0) + items;
  }

  /** They waited, and a backend has them now. */
  deliver(items: number): void {
    this.waiting -= items;
    this.delivered += items;
  }

  /** They waited in vain. */
  giveUp(reason: DropReason, items: number): void {
    if (items === 0) return;
    this.waiting -= items;
    this.dropped[reason] = (this.dropped[reason] ?? 0) + items;
  }

  fail(reason: ExportFailureReason): void {
    this.failures[reason] = (this.failures[reason] ?? 0) + 1;
  }
}
