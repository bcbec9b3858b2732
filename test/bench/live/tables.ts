import { columns } from "../support/report.ts";
import { type Room, workloadOf } from "./capacity.ts";
import type { Step } from "./climb.ts";
import type { Cost } from "./costs.ts";
import { type LoadSignal, signals } from "./load.ts";

const unit: Record<LoadSignal, string> = {
  spans: "1,000 spans",
  lines: "1,000 lines",
  series: "1,000 samples",
};

/** What the store needs is no part of the stack: in production it is a service of the cloud. */
const storeProgram = "object-store";

/** What differs from nothing by less is the clock's doing. */
const leastMs = 0.5;
const milliseconds = (ms: number | undefined) =>
  ms !== undefined && ms >= leastMs ? `${ms.toFixed(1)} ms` : "";

/** CPU of each program per thousand, and how that compares with gzip of the same bytes. */
export function costTable(
  costs: Record<LoadSignal, Cost>,
  gzipMs: Record<LoadSignal, number>,
  bucketBytes: Partial<Record<LoadSignal, number>>,
): string {
  const row = (head: string, cell: (signal: LoadSignal) => string) => [head, ...signals.map(cell)];
  const programs = [...Object.keys(workloadOf), storeProgram].filter((program) =>
    signals.some((signal) => (costs[signal].cpuMs[program] ?? 0) >= leastMs),
  );
  const total = (signal: LoadSignal) =>
    Object.keys(workloadOf).reduce((sum, program) => sum + (costs[signal].cpuMs[program] ?? 0), 0);
  const kilobytes = (bytes: number | undefined) =>
    bytes === undefined ? "" : `${(bytes / 1000).toFixed(1)} kB`;
  return columns([
    row("", (signal) => unit[signal]),
    ...programs.map((program) =>
      row(`CPU of ${program}`, (signal) => milliseconds(costs[signal].cpuMs[program])),
    ),
    row("CPU of the stack", (signal) => `${total(signal).toFixed(1)} ms`),
    row("× gzip of the same bytes", (signal) => `${(total(signal) / gzipMs[signal]).toFixed(1)} ×`),
    row("sent, before compression", (signal) => kilobytes(costs[signal].sentBytes)),
    row("on volumes, at first", (signal) =>
      kilobytes(Object.values(costs[signal].volumeBytes).reduce((sum, bytes) => sum + bytes, 0)),
    ),
    row("in the bucket", (signal) => kilobytes(bucketBytes[signal])),
  ]).join("\n");
}

const shown: Record<Room["kind"], (value: number) => string> = {
  CPU: (cores) => `${cores.toFixed(3)} cores`,
  memory: (bytes) => `${Math.round(bytes / 2 ** 20)} MiB`,
  volume: (bytes) => `${(bytes / 2 ** 30).toFixed(2)} GiB`,
  rate: (bytes) => `${(bytes / 2 ** 20).toFixed(2)} MiB/s`,
};

/** What fills, the first to be full first. */
export function roomTable(rooms: readonly Room[]): string {
  return columns([
    ["", "", "at rest", "under load", "limit", "share", "full at"],
    ...rooms
      .toSorted((one, other) => one.fullAt - other.fullAt)
      .map(({ what, kind, rest, loaded, limit, fullAt }) => [
        what,
        kind,
        ...[rest, loaded, limit].map(shown[kind]),
        `${((loaded / limit) * 100).toFixed(0)} %`,
        Number.isFinite(fullAt) ? `${fullAt.toFixed(1)} × this load` : "",
      ]),
  ]).join("\n");
}

export function stepsTable(steps: readonly Step[]): string {
  return columns([
    ["spans/s", "lines/s", "series", "CPU of the stack", "of the load", "of others", "queued", "hindered by"],
    ...steps.map(({ phase, hindered }) => [
      String(Math.round(phase.rates.spansPerSecond)),
      String(Math.round(phase.rates.linesPerSecond)),
      String(Math.round(phase.rates.series)),
      ...[
        Object.keys(workloadOf).reduce((sum, name) => sum + (phase.programs[name]?.cpuPerSecond ?? 0), 0),
        phase.loadCpuPerSecond,
        phase.othersCpuPerSecond,
      ].map((cores) => `${cores.toFixed(2)} cores`),
      `${(phase.queued.peakBytes / 1e6).toFixed(1)} MB`,
      hindered.join("; ") || "nothing",
    ]),
  ]).join("\n");
}
