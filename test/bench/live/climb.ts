import { mebibytes, milliCpu } from "../../../infra/quantities.ts";
import { type Sizes } from "../../../infra/sizes.ts";
import { workloadOf } from "./capacity.ts";
import { type Load, pushSeconds, type Rates, signals } from "./load.ts";
import { type Phase, runPhase } from "./phase.ts";
import type { BenchStack } from "./stack.ts";

/** A step of the climb, and what hindered it from being the full load; nothing when nothing did. */
export interface Step {
  phase: Phase;
  hindered: string[];
}

const factor = 1.5;
/** The Collector holds a batch back for half a second: what waits longer is behind. */
const behindSeconds = 5;
const leastShareSent = 0.98;

/** Raises all rates, step by step, until something refuses, lags or takes more than the stack's size gives it. */
export async function climb(
  from: Rates,
  { seconds, sizes, stack, load }: { seconds: number; sizes: Sizes; stack: BenchStack; load: Load },
): Promise<Step[]> {
  const steps: Step[] = [];
  for (let rates = times(from, factor); ; rates = times(rates, factor)) {
    const name = `${Math.round(rates.spansPerSecond)} spans/s`;
    const phase = await runPhase(name, { rates, seconds }, { stack, load });
    const hindered = hindrances(phase, sizes);
    steps.push({ phase, hindered });
    if (hindered.length > 0) return steps;
  }
}

const times = ({ spansPerSecond, linesPerSecond, series }: Rates, by: number): Rates => ({
  spansPerSecond: spansPerSecond * by,
  linesPerSecond: linesPerSecond * by,
  series: series * by,
});

function hindrances(phase: Phase, sizes: Sizes): string[] {
  const { made, losses, rates, seconds, queued, programs } = phase;
  const wanted = {
    spans: rates.spansPerSecond * seconds,
    lines: rates.linesPerSecond * seconds,
    // The first pushes are spread over the time between two.
    series: rates.series * Math.floor(seconds / pushSeconds),
  };
  const sentPerSecond = signals.reduce((sum, signal) => sum + made[signal].bytes, 0) / seconds;
  return [
    ...signals
      .filter((signal) => made[signal].sent < leastShareSent * wanted[signal])
      .map(
        (signal) => `the load itself: ${made[signal].sent} of ${Math.round(wanted[signal])} ${signal} sent`,
      ),
    ...signals.flatMap((signal) =>
      Object.entries(made[signal].refused).map(
        ([reason, items]) => `${signal} refused (${reason}): ${items}`,
      ),
    ),
    ...Object.entries(losses).map(([counter, items]) => `${counter}: ${items}`),
    ...(queued.peakBytes > behindSeconds * sentPerSecond
      ? [`the Collector's queues: ${(queued.peakBytes / 1e6).toFixed(1)} MB wait`]
      : []),
    ...(queued.unanswered > 0 ? [`the Collector: ${queued.unanswered} questions unanswered`] : []),
    ...Object.entries(workloadOf).flatMap(([program, workload]) => {
      const { cpu, memory } = sizes[workload].resources.limits;
      const { cpuPerSecond = 0, peakAnonymousBytes = 0 } = programs[program] ?? {};
      return [
        ...(cpuPerSecond > milliCpu(cpu) / 1000
          ? [`CPU of ${program}: ${cpuPerSecond.toFixed(2)} of ${cpu}`]
          : []),
        ...(peakAnonymousBytes > mebibytes(memory) * 2 ** 20
          ? [`memory of ${program}: ${Math.round(peakAnonymousBytes / 2 ** 20)} MiB of ${memory}`]
          : []),
      ];
    }),
  ];
}
