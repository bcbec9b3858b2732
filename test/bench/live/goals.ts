import type { Measurement } from "../support/report.ts";
import type { Room } from "./capacity.ts";
import { type LoadSignal, type Rates, signals } from "./load.ts";
import type { Phase } from "./phase.ts";
import type { Stored } from "./stored.ts";

interface Outcome {
  rates: Rates;
  /** All until what is stored was counted, the full load among them. */
  phases: readonly Phase[];
  full: Phase;
  stored: Stored;
  /** Blocks are whole after the programs have ended. */
  traces: { accepted: number; inBlocks: number };
  rooms: readonly Room[];
  /** Median of a synchronous write to the disk, in ms. */
  syncMs: number;
}

const called: Record<LoadSignal, string> = { spans: "spans", lines: "log lines", series: "samples" };

/** What the path must hold. */
export function goals({ rates, phases, full, stored, traces, rooms, syncMs }: Outcome): Measurement[] {
  const none = { unit: "", target: 0, exactly: true } as const;
  const sum = (read: (phase: Phase) => number) => phases.reduce((total, phase) => total + read(phase), 0);
  const accepted = (signal: LoadSignal) => sum(({ made }) => made[signal].accepted);
  const losses = phases.flatMap((phase) =>
    Object.entries(phase.losses).map(([counter, items]) => ({ counter, items, phase: phase.name })),
  );
  return [
    {
      what: "spans accepted per second",
      value: full.made.spans.accepted / full.seconds,
      unit: "",
      target: rates.spansPerSecond,
      atLeast: true,
      detail: [answered(full, "spans")],
    },
    {
      what: "log lines accepted per second",
      value: full.made.lines.accepted / full.seconds,
      unit: "",
      target: rates.linesPerSecond,
      atLeast: true,
      detail: [answered(full, "lines")],
    },
    {
      what: "active series",
      value: stored.activeSeries,
      unit: "",
      target: rates.series,
      atLeast: true,
      detail: [answered(full, "series")],
    },
    ...signals.map((signal): Measurement => {
      const refused = phases.flatMap(({ made }) => Object.entries(made[signal].refused));
      return {
        ...none,
        what: `${called[signal]} refused`,
        value: refused.reduce((total, [, items]) => total + items, 0),
        detail: refused.map(([reason, items]) => `${reason}: ${items}`),
      };
    }),
    ...signals.map((signal): Measurement => ({
      ...none,
      what: `${called[signal]} accepted and not stored`,
      // What is sent again because its answer came too late is in Tempo twice.
      value: Math.max(0, accepted(signal) - stored.items[signal]),
      detail: [`${accepted(signal)} accepted, ${stored.items[signal]} stored`],
    })),
    {
      ...none,
      what: "traces that no block in the bucket holds",
      // A trace of which a part came after the rest was cut off is in two blocks.
      value: Math.max(0, traces.accepted - traces.inBlocks),
      detail: [`${traces.accepted} accepted, ${traces.inBlocks} in blocks`],
    },
    {
      ...none,
      what: "counted as refused, given up or late on the way",
      value: losses.reduce((total, { items }) => total + items, 0),
      detail: losses.map(({ counter, items, phase }) => `${phase}: ${counter}: ${items}`),
    },
    {
      ...none,
      what: "bytes left in the Collector's queues",
      value: full.queued.leftBytes,
      detail: [
        `most that waited: ${(full.queued.peakBytes / 1e6).toFixed(1)} MB`,
        `a write to this disk takes ${syncMs.toFixed(1)} ms, and each request waits for several`,
      ],
    },
    {
      ...none,
      what: "limits of the stack's size passed",
      value: rooms.filter(({ loaded, limit }) => loaded > limit).length,
      detail: rooms
        .filter(({ loaded, limit }) => loaded > limit)
        .map(({ what, kind, loaded, limit }) => `${kind} of ${what}: ${loaded} of ${limit}`),
    },
  ];
}

const answered = ({ made, seconds }: Phase, signal: LoadSignal) =>
  `${(made[signal].requests / seconds).toFixed(1)} requests per second, answered within ${made[signal].answerMs.p50.toFixed(0)} ms (half) and ${made[signal].answerMs.p99.toFixed(0)} ms (99 %)`;
