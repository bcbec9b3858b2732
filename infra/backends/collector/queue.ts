import type { StackConfig } from "../../config/schema.ts";
import { sizesOf } from "../../sizes.ts";

const mebibyte = 1024 * 1024;

/** Nothing is given up for having waited long; a queue that is full says so to the sender. */
export const retryForever = {
  retry_on_failure: { enabled: true, initial_interval: "1s", max_interval: "30s", max_elapsed_time: "0s" },
};

/** Share of the volume that the queues may fill; the rest is for their files' gaps and for compaction. */
const usableShare = 0.4;

/** A queue on disk, bounded in bytes, whose batches are bounded too so that no backend finds one too large. */
export function queue(stack: StackConfig) {
  return {
    storage: "file_storage",
    sizer: "bytes",
    queue_size: queueBytes(stack),
    num_consumers: 4,
    block_on_overflow: false,
    batch: {
      sizer: "bytes",
      min_size: 512 * 1024,
      max_size: 2 * mebibyte,
      flush_timeout: "500ms",
    },
  };
}

/** Each queue's share: all of them may be full at once and still fit the volume. */
function queueBytes(stack: StackConfig): number {
  const { collector, prometheus } = sizesOf(stack);
  const queues = stack.tenants.length * (2 + prometheus.replicas);
  const volumeBytes = (collector.volumeGiB ?? 0) * 1024 * mebibyte;
  const bytes = Math.floor((volumeBytes * usableShare) / queues / mebibyte) * mebibyte;
  if (bytes < 4 * mebibyte) {
    throw new Error(
      `the Collector's volume of ${collector.volumeGiB ?? 0} GiB is too small for ${queues} queues: raise collector.volumeGiB in infra/sizes.ts`,
    );
  }
  return bytes;
}
