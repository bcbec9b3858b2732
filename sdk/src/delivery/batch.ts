import type { TelemetryRecord } from "./record.ts";

/** Records that one request may carry. */
export interface Batch {
  /** Protobuf message `Resource`: of this process, or of an earlier one that left the records in the spool. */
  readonly resource: Uint8Array;
  readonly records: readonly TelemetryRecord[];
  readonly items: number;
  /** Of the records alone. */
  readonly bytes: number;
}

export function batchOf(resource: Uint8Array, records: readonly TelemetryRecord[]): Batch {
  let items = 0;
  let bytes = 0;
  for (const record of records) {
    items += record.items;
    bytes += record.bytes.length;
  }
  return { resource, records, items, bytes };
}

/** The same records in batches of at most `maxBytes`, in order; a record that is larger stands alone. */
export function divide(batch: Batch, maxBytes: number): Batch[] {
  if (batch.bytes <= maxBytes) return [batch];
  const batches: Batch[] = [];
  let start = 0;
  let bytes = 0;
  batch.records.forEach((record, index) => {
    bytes += record.bytes.length;
    if (bytes <= maxBytes || index === start) return;
    batches.push(batchOf(batch.resource, batch.records.slice(start, index)));
    start = index;
    bytes = record.bytes.length;
  });
  batches.push(batchOf(batch.resource, batch.records.slice(start)));
  return batches;
}
