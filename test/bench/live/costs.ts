import { type LoadSignal, signals } from "./load.ts";
import type { Phase } from "./phase.ts";

/** A phase with one signal alone, and the rest before it. */
export interface Alone {
  rest: Phase;
  loaded: Phase;
}

/** Per 1,000 spans, lines or samples. */
export interface Cost {
  /** Milliseconds of CPU by program. */
  cpuMs: Record<string, number>;
  /** Bytes on volumes, by program. */
  volumeBytes: Record<string, number>;
  /** Protobuf, uncompressed, as it is sent. */
  sentBytes: number;
}

/** What a signal alone costs beyond rest. */
export function costsOf(alone: Record<LoadSignal, Alone>): Record<LoadSignal, Cost> {
  const [spans, lines, series] = signals.map((signal) => {
    const { rest, loaded } = alone[signal];
    const { accepted, bytes, sent } = loaded.made[signal];
    const thousands = accepted / 1000;
    return {
      cpuMs: Object.fromEntries(
        Object.entries(loaded.programs).map(([program, { cpuPerSecond }]) => [
          program,
          ((cpuPerSecond - (rest.programs[program]?.cpuPerSecond ?? 0)) * loaded.seconds * 1000) / thousands,
        ]),
      ),
      volumeBytes: Object.fromEntries(
        Object.entries(loaded.grownBytes).map(([program, grown]) => [program, grown / thousands]),
      ),
      sentBytes: (bytes / sent) * 1000,
    };
  }) as [Cost, Cost, Cost];
  return { spans, lines, series };
}
