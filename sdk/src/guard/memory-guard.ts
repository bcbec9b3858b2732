import { getHeapStatistics } from "node:v8";
import type { Clock } from "../clock.ts";
import { warnOnce } from "../diagnostics.ts";
import { boundedText } from "../otlp/plain.ts";
import { Pressure, type SheddingLevel } from "./pressure.ts";

/** In bytes. */
export interface MemoryReading {
  /** Of the whole process. */
  readonly resident: number;
  readonly heapUsed: number;
  /** At which V8 ends the process. */
  readonly heapLimit: number;
  /** At which the operating system ends it, e.g. of a container; 0 when none is known. */
  readonly allowed: number;
}

/** The scarcer of the process's memory and V8's heap. */
export interface MemoryUsage {
  readonly of: "process" | "heap";
  readonly usedBytes: number;
  readonly limitBytes: number;
}

export interface MemoryGuardOptions {
  /** What the process is to stay below, in bytes; a lower limit of the operating system counts before it. */
  readonly maxMemoryUsageBytes: number;
  readonly clock: Clock;
  /** Default: what Node tells of this process. */
  readonly readMemory?: () => MemoryReading;
  /** Called at each change. */
  readonly onLevel: (level: SheddingLevel, usage: MemoryUsage) => void;
}

export interface MemoryGuard {
  readonly level: SheddingLevel;
  /** As of the last sample. */
  status(): MemoryUsage & { readonly level: SheddingLevel };
  stop(): void;
}

const sampleEveryMs = 1_000;

/** Watches the memory, and says how much telemetry is to be shed so that the app does not have to suffer. */
export function createMemoryGuard(options: MemoryGuardOptions): MemoryGuard {
  const { maxMemoryUsageBytes, clock, readMemory = readProcessMemory, onLevel } = options;
  const pressure = new Pressure();
  let usage = usageOf(readMemory(), maxMemoryUsageBytes);
  let cancel = clock.after(sampleEveryMs, sample);

  function sample(): void {
    cancel = clock.after(sampleEveryMs, sample);
    try {
      usage = usageOf(readMemory(), maxMemoryUsageBytes);
      const before = pressure.level;
      const level = pressure.sample(usage.usedBytes / usage.limitBytes);
      if (level !== before) onLevel(level, usage);
    } catch (error) {
      warnOnce("memory-guard", `the memory guard failed: ${boundedText(error)}`);
    }
  }

  return {
    get level() {
      return pressure.level;
    },
    status: () => ({ ...usage, level: pressure.level }),
    stop: () => cancel(),
  };
}

function usageOf({ resident, heapUsed, heapLimit, allowed }: MemoryReading, most: number): MemoryUsage {
  const limit = allowed > 0 ? Math.min(most, allowed) : most;
  return heapUsed / heapLimit > resident / limit
    ? { of: "heap", usedBytes: heapUsed, limitBytes: heapLimit }
    : { of: "process", usedBytes: resident, limitBytes: limit };
}

function readProcessMemory(): MemoryReading {
  const { used_heap_size: heapUsed, heap_size_limit: heapLimit } = getHeapStatistics();
  return { resident: process.memoryUsage.rss(), heapUsed, heapLimit, allowed: process.constrainedMemory() };
}
