import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readStack } from "../../infra/config/file.ts";
import { sizesOf } from "../../infra/sizes.ts";
import { UserError } from "../../local/errors.ts";
import { main } from "../../local/main.ts";
import { step } from "../../local/progress.ts";
import { bridgedMinutes, roomOfPrograms, roomOfTenants, roomOnVolumes } from "./live/capacity.ts";
import { climb } from "./live/climb.ts";
import { type Alone, costsOf } from "./live/costs.ts";
import { objectsOf, tracesIn } from "./live/disk.ts";
import { Load, type LoadSignal, noLoad, pushSeconds, type Rates, signals } from "./live/load.ts";
import { goals } from "./live/goals.ts";
import { runPhase } from "./live/phase.ts";
import { BenchStack, stackName } from "./live/stack.ts";
import { storedOf } from "./live/stored.ts";
import { costTable, roomTable, stepsTable } from "./live/tables.ts";
import { gzipMilliseconds, syncMilliseconds } from "./live/yardstick.ts";
import { isMet, table } from "./support/report.ts";

/**
 * `npm run bench:live [-- --minutes 5 --spans-per-second 1000 --lines-per-second 1000 --series 50000 --max --out docs/bench]`:
 * what the deployed dev stack takes of the telemetry of three tenants, in an environment of its own, with the configuration and
 * the limits that it is deployed with; what that costs, and what fills first. Each signal comes alone before, for a fifth of the
 * time, to tell their costs apart. With `--max` the rates are then raised until something refuses or lags; with `--out` the
 * figures go to `live.json` there. Fails when a goal is missed.
 */
const { values: options } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    "spans-per-second": { type: "string", default: "1000" },
    "lines-per-second": { type: "string", default: "1000" },
    series: { type: "string", default: "50000" },
    max: { type: "boolean", default: false },
    out: { type: "string" },
  },
});

const settings = readStack(stackName);
const tenants = settings.tenants.length;
/** Processes of an AutoWeave app, over which the load is spread; each then has about as many series as one may have. */
const appsPerTenant = 10;
const aloneShare = 0.2;
const restShare = 0.1;
/** Long enough for each app to push twice. */
const stepSeconds = 3 * pushSeconds;

await main(async () => {
  const minutes = positive("minutes");
  const rates: Rates = {
    spansPerSecond: positive("spans-per-second"),
    linesPerSecond: positive("lines-per-second"),
    series: positive("series"),
  };
  const began = performance.now();
  const gzipMs = await gzipMilliseconds();
  const syncMs = syncMilliseconds();
  const stack = await step(`The deployed ${stackName}`, () => BenchStack.start());
  let load: Load | undefined;
  try {
    const target = await stack.target(Math.ceil(rates.series / (tenants * appsPerTenant)));
    load = await Load.start(target);
    const parts = { stack, load };
    const loadedAt = Date.now();
    const run = (name: string, some: Partial<Rates>, share: number) =>
      step(name, () =>
        runPhase(name, { rates: { ...noLoad, ...some }, seconds: minutes * 60 * share }, parts),
      );
    const alone = async (signal: LoadSignal, some: Partial<Rates>): Promise<Alone> => ({
      rest: await run("At rest", {}, restShare),
      loaded: await run(`Only ${signal}`, some, aloneShare),
    });
    // Series that are not written any more are active for five minutes: they come last.
    const { linesPerSecond, spansPerSecond, series } = rates;
    const lines = await alone("lines", { linesPerSecond });
    const spans = await alone("spans", { spansPerSecond });
    const apart = { lines, spans, series: await alone("series", { series }) };
    const full = await run("All together", rates, 1);
    const stored = await storedOf(stack.url, target, loadedAt);
    const phases = [...Object.values(apart).flatMap(({ rest, loaded }) => [rest, loaded]), full];

    const sizes = sizesOf(settings);
    const steps = options.max ? await climb(rates, { seconds: stepSeconds, sizes, ...parts }) : [];
    await step("Handing over to the buckets", () => stack.handOver());

    const everything = [...phases, ...steps.map(({ phase }) => phase)];
    const acceptedInAll = (signal: LoadSignal) =>
      everything.reduce((sum, { made }) => sum + made[signal].accepted, 0);
    const buckets = { spans: objectsOf(stack.bucketOf("traces")), lines: objectsOf(stack.bucketOf("logs")) };
    const bucketBytes = {
      spans: (buckets.spans.bytes / acceptedInAll("spans")) * 1000,
      lines: (buckets.lines.bytes / acceptedInAll("lines")) * 1000,
    };
    const traces = {
      accepted: everything.reduce((sum, { made }) => sum + made.spans.groups, 0),
      inBlocks: tracesIn(stack.bucketOf("traces")),
    };
    const costs = costsOf(apart);
    const rooms = [
      ...roomOfPrograms(settings, apart.lines.rest, full),
      ...roomOnVolumes(settings, costs, rates),
      ...roomOfTenants(settings, costs, rates),
    ];
    const bridged = bridgedMinutes(settings, costs, rates);
    const measured = goals({ rates, phases, full, stored, traces, rooms, syncMs });

    console.log(`${table(measured)}\n`);
    console.log(`${costTable(costs, gzipMs, bucketBytes)}\n`);
    console.log(`What fills, by the limits of ${stackName}'s size ${settings.size}:\n${roomTable(rooms)}\n`);
    if (steps.length > 0) console.log(`${stepsTable(steps)}\n`);
    console.log(
      `While a backend is away, the Collector's queues take what comes for ${signals
        .map((signal) => `${bridged[signal].toFixed(1)} min (${signal})`)
        .join(
          ", ",
        )}.\nThe load itself took ${full.loadCpuPerSecond.toFixed(2)} cores, others on this machine ${full.othersCpuPerSecond.toFixed(2)}.`,
    );
    if (options.out) {
      mkdirSync(options.out, { recursive: true });
      const machine = { node: process.versions.node, cpu: cpus()[0]?.model, cores: cpus().length };
      const report = {
        machine,
        minutes,
        measured,
        rates,
        pushSeconds,
        tenants,
        gzipMs,
        syncMs,
        costs,
        bucketBytes,
        buckets,
        rooms,
        bridgedMinutes: bridged,
        traces,
        stored,
        phases,
        steps,
      };
      writeFileSync(join(options.out, "live.json"), `${JSON.stringify(report, undefined, 2)}\n`);
    }
    process.exitCode = measured.every(isMet) ? 0 : 1;
  } finally {
    load?.stop();
    await stack.remove();
  }
  console.log(`In all ${((performance.now() - began) / 60_000).toFixed(1)} min.`);
});

function positive(name: "minutes" | "spans-per-second" | "lines-per-second" | "series"): number {
  const value = Number(options[name]);
  if (value > 0) return value;
  throw new UserError(
    `--${name} ${options[name]} is no number above zero.`,
    `Leave --${name} out for the goal's.`,
  );
}
