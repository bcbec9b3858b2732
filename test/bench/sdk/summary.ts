import type { Sample } from "./sample.ts";
import { type Estimate, estimate, median } from "./statistics.ts";
import { bare, type Variant } from "./variants.ts";
import type { Workload } from "./workloads.ts";

/** What a variant adds to the bare app, on one workload. */
export interface Cost {
  workload: string;
  variant: string;
  /** CPU per operation over the bare app's, in µs. */
  cpuMicroseconds: Estimate;
  /** The same, as share of one core at the workload's rate. */
  coreShare: number;
  /** CPU per operation as a multiple of the bare app's. */
  cpuRatio: number;
  rssMegabytes: Estimate;
  startMs: Estimate;
  eventLoopP99Ms: Estimate;
  /** Time in the garbage collector, as share of the run, over the bare app's. */
  gcShare: number;
  /** Bytes to and from backends, as share of the app's own traffic; absent for apps without any. */
  wireShare?: number;
}

const cpuPerOperation = ({ cpuMicroseconds, operations }: Sample) => cpuMicroseconds / operations;

/**
 * Each round's sample of a variant is compared with the same round's bare one, so that what the machine does meanwhile
 * counts for both.
 */
export function costs(
  samples: readonly Sample[],
  workloads: readonly Workload[],
  variants: readonly Variant[],
  random: () => number,
): Cost[] {
  const of = (workload: string, variant: string) =>
    samples.filter((one) => one.workload === workload && one.variant === variant);
  return workloads.flatMap((workload) => {
    const baseline = of(workload.name, bare.name);
    return variants
      .filter(({ name }) => name !== bare.name)
      .map((variant): Cost => {
        const measured = of(workload.name, variant.name);
        const over = (quantity: (sample: Sample) => number) =>
          estimate(
            measured.map((one, round) => quantity(one) - quantity(baseline[round] as Sample)),
            random,
          );
        const cpu = over(cpuPerOperation);
        const appBytes = median(measured.map((one) => one.appBytes));
        return {
          workload: workload.name,
          variant: variant.name,
          cpuMicroseconds: cpu,
          coreShare: (cpu.median * workload.ratePerSecond) / 1e6,
          cpuRatio: median(measured.map(cpuPerOperation)) / median(baseline.map(cpuPerOperation)),
          rssMegabytes: over(({ rssBytes }) => rssBytes / 1e6),
          startMs: over(({ startMs }) => startMs),
          eventLoopP99Ms: over(({ eventLoopP99Ms }) => eventLoopP99Ms),
          gcShare: over(({ gcMs, seconds }) => gcMs / 1000 / seconds).median,
          ...(appBytes > 0
            ? { wireShare: median(measured.map((one) => one.telemetryBytes)) / appBytes }
            : {}),
        };
      });
  });
}

const show = ({ median, low, high }: Estimate, digits = 0) =>
  `${median.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;

/** One table per workload: what each variant adds, with 95 % intervals. */
export function tables(
  all: readonly Cost[],
  workloads: readonly Workload[],
  variants: readonly Variant[],
): string {
  return workloads
    .map((workload) => {
      const rows = all
        .filter((cost) => cost.workload === workload.name)
        .map((cost) => [
          variants.find(({ name }) => name === cost.variant)?.title ?? cost.variant,
          `${show(cost.cpuMicroseconds)} µs`,
          `${(cost.coreShare * 100).toFixed(1)} %`,
          `${show(cost.rssMegabytes)} MB`,
          `${show(cost.startMs)} ms`,
          `${show(cost.eventLoopP99Ms, 1)} ms`,
          `${(cost.gcShare * 100).toFixed(2)} %`,
          cost.wireShare === undefined ? "" : `${(cost.wireShare * 100).toFixed(1)} %`,
        ]);
      const head = [
        "over the bare app",
        "CPU per operation",
        "of one core",
        "RSS",
        "start",
        "loop P99",
        "GC",
        "wire",
      ];
      return `${workload.title}, ${workload.ratePerSecond}/s\n${aligned([head, ...rows])}`;
    })
    .join("\n\n");
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
