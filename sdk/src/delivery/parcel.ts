import type { Batch } from "./batch.ts";
import type { SpoolFile } from "./spool-file.ts";

/** What is sent together: as one request, unless the backend wants it smaller. */
export class Parcel {
  /** Later parcels have greater ones. */
  readonly sequence: number;
  /** When its oldest record was made, in ms since the epoch. */
  readonly createdAt: number;
  /** All metrics of this process at one moment: a later one says all that this one says, and more. */
  readonly isSnapshot: boolean;
  readonly items: number;
  readonly bytes: number;
  /** Items that still wait. */
  waiting: number;
  /** Some of it was taken by a backend. */
  isAcknowledged = false;
  /** What is still to be sent; `undefined`: on disk only. */
  batches: Batch[] | undefined;
  /** Where it is on disk. */
  file: SpoolFile | undefined;
  /** Tries that failed. */
  failures = 0;
  /** Not to be tried again before, in ms since the epoch. */
  notBefore = 0;

  constructor(sequence: number, createdAt: number, isSnapshot: boolean, content: Batch | SpoolFile) {
    this.sequence = sequence;
    this.createdAt = createdAt;
    this.isSnapshot = isSnapshot;
    this.items = content.items;
    this.bytes = content.bytes;
    this.waiting = content.items;
    if ("records" in content) this.batches = [content];
    else this.file = content;
  }
}
