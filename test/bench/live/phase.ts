import { setTimeout as sleep } from "node:timers/promises";
import { waitUntil } from "../../../local/processes.ts";
import { diskOf } from "./disk.ts";
import {
  type Load,
  type LoadReport,
  type LoadSignal,
  noLoad,
  type Rates,
  signals,
  type Tally,
} from "./load.ts";
import { lossesOf, queuedBytes } from "./losses.ts";
import type { BenchStack } from "./stack.ts";
import { machineCpuSeconds, type Used, UsageWatch } from "./usage.ts";

/** What was measured while the load had certain rates. */
export interface Phase {
  name: string;
  rates: Rates;
  seconds: number;
  /** Of this time alone. */
  made: Record<LoadSignal, Tally>;
  programs: Record<string, Used>;
  /** Seconds of CPU in a second, of the load itself. */
  loadCpuPerSecond: number;
  /** The same of whatever else runs on this machine. */
  othersCpuPerSecond: number;
  /** What waits in the Collector's queues, and how often it did not say so within five seconds: what it is asked waits too. */
  queued: { peakBytes: number; leftBytes: number; unanswered: number };
  /** What the programs have counted as refused, given up or late, by counter; those that stood still are left out. */
  losses: Record<string, number>;
  /** By how much the data of programs have grown on their volumes. */
  grownBytes: Record<string, number>;
}

/** The programs whose volume fills with what is written; the queues of the Collector fill when a backend is away. */
const withVolume = ["tempo", "loki", "prometheus"] as const;

const lookEveryMs = 2_000;
const patienceMs = 5_000;
/** Within this time what has been taken must have been sent on. */
const settleSeconds = 30;

/** Lets the load go on with certain rates for some time, and measures meanwhile. */
export async function runPhase(
  name: string,
  { rates, seconds }: { rates: Rates; seconds: number },
  { stack, load }: { stack: BenchStack; load: Load },
): Promise<Phase> {
  const disksBefore = disks(stack);
  const lossesBefore = await lossesOf(stack.url);
  const before = await load.set(rates);
  const watch = new UsageWatch(stack.processes());
  const busyBefore = machineCpuSeconds();
  const ownBefore = process.cpuUsage();
  const began = performance.now();
  let peakBytes = 0;
  let unanswered = 0;
  try {
    for (let leftMs = seconds * 1000; leftMs > 0; leftMs = seconds * 1000 - (performance.now() - began)) {
      await sleep(Math.min(lookEveryMs, leftMs));
      const bytes = await queuedBytes(stack.url, patienceMs).catch(() => undefined);
      if (bytes === undefined) unanswered++;
      else peakBytes = Math.max(peakBytes, bytes);
    }
  } finally {
    watch.end();
  }
  const elapsed = (performance.now() - began) / 1000;
  const busy = machineCpuSeconds() - busyBefore;
  const own = process.cpuUsage(ownBefore);
  const programs = watch.used;
  const after = await load.set(noLoad);
  const loadCpu = after.cpuSeconds - before.cpuSeconds;
  const programsCpu = Object.values(programs).reduce((sum, { cpuPerSecond }) => sum + cpuPerSecond, 0);
  const leftBytes = await settle(stack);
  const disksAfter = disks(stack);
  return {
    name,
    rates,
    seconds: elapsed,
    made: madeBetween(before, after),
    programs,
    loadCpuPerSecond: loadCpu / elapsed,
    othersCpuPerSecond: (busy - loadCpu - (own.user + own.system) / 1e6) / elapsed - programsCpu,
    queued: { peakBytes, leftBytes, unanswered },
    losses: growth(lossesBefore, await lossesOf(stack.url)),
    grownBytes: Object.fromEntries(
      withVolume.map((program) => [program, (disksAfter[program] ?? NaN) - (disksBefore[program] ?? NaN)]),
    ),
  };
}

/** Waits until the Collector has sent on what it has; gives what it then still has. */
async function settle(stack: BenchStack): Promise<number> {
  let leftBytes = NaN;
  const isEmpty = async () => {
    leftBytes = await queuedBytes(stack.url, patienceMs).catch(() => NaN);
    return leftBytes === 0;
  };
  await waitUntil(isEmpty, settleSeconds, lookEveryMs);
  return leftBytes;
}

const disks = (stack: BenchStack): Record<string, number> =>
  Object.fromEntries(withVolume.map((program) => [program, diskOf(stack.dataOf(program)).bytes]));

function madeBetween(before: LoadReport, after: LoadReport): Record<LoadSignal, Tally> {
  const [spans, lines, series] = signals.map((signal) => {
    const [one, other] = [before.tallies[signal], after.tallies[signal]];
    return {
      sent: other.sent - one.sent,
      accepted: other.accepted - one.accepted,
      refused: growth(one.refused, other.refused),
      groups: other.groups - one.groups,
      requests: other.requests - one.requests,
      bytes: other.bytes - one.bytes,
      answerMs: other.answerMs,
    };
  }) as [Tally, Tally, Tally];
  return { spans, lines, series };
}

/** What has grown, and by how much. */
const growth = (before: Record<string, number>, after: Record<string, number>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(after)
      .map(([name, value]): [string, number] => [name, value - (before[name] ?? 0)])
      .filter(([, grown]) => grown > 0),
  );
