import type { Unit } from "../alert.ts";
import type { RecordingRule } from "../rule.ts";
import type { Level } from "./series.ts";

/** What a promise's kind of indicator makes of it. */
export interface Measurement {
  /** The finest level at which it exists; the coarser ones are its sums. */
  finest: Exclude<Level, "overall">;
  /** Record `rate` of events and errors at the finest level, and what else `breach` needs. */
  recordings: RecordingRule[];
  /** PromQL that gives those beyond the threshold, by the labels of the level. */
  breach: (level: Level, threshold: number) => string;
  /** What `breach` finds, e.g. `P95 is above 80 ms`. */
  breachText: (threshold: number) => string;
  /** Of the value that `breach` gives. */
  unit: Unit;
  /** TraceQL of the spans that break the promise. */
  traces?: string;
}
