import { parseArgs } from "node:util";
import { main } from "../../local/main.ts";
import { step } from "../../local/progress.ts";
import { UserError } from "../../local/errors.ts";
import { numbered } from "./outage/messages.ts";
import { type Outcome, runThrough } from "./outage/run.ts";
import { isMet, type Measurement, table } from "./support/report.ts";

/**
 * `npm run bench:outage [-- --minutes 5 --json]`: what an outage of the backend costs an app that makes 100 spans, 200 log lines
 * and 1,000 metric updates a second, and what of that is lost, with a spool on disk and without. A backend that is well all the
 * time is what the two are compared with. In all it takes three times the outage's length and about two minutes.
 */
const { values: options } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
  },
});

/** The SDK's default, which five minutes exceed; a shorter outage gets less, and exceeds it too. */
const queueItemsPerMinute = 20_000 / 5;
/** Each signal's share of what may wait in memory. Source: the SDK's default of maxQueueBytes. */
const queuesMegabytes = (3 * 16 * 1024 * 1024) / 1e6;

await main(async () => {
  const minutes = Number(options.minutes);
  if (!(minutes > 0))
    throw new UserError(`--minutes ${options.minutes} is no length of an outage.`, "Give e.g. 5.");
  const maxQueueItems = Math.round(minutes * queueItemsPerMinute);
  const conditions = { minutes, maxQueueItems };
  const well = await step("No outage", () => runThrough({ ...conditions, outage: false, spool: false }));
  const disk = await step("Outage, with a spool", () =>
    runThrough({ ...conditions, outage: true, spool: true }),
  );
  const memory = await step("Outage, without a spool", () =>
    runThrough({ ...conditions, outage: true, spool: false }),
  );
  const measured = [
    ...unharmed("with a spool", disk, well),
    {
      what: "with a spool: given up",
      value: sum(disk.made.counts.dropped),
      unit: "",
      target: 0,
      exactly: true,
      detail: became(disk),
    },
    ...unharmed("without", memory, well),
    {
      what: "without: given up beyond the bounds",
      value: excess(memory, maxQueueItems),
      unit: "",
      target: 0,
      exactly: true,
      detail: [...became(memory), `bound: ${maxQueueItems} items of each signal`],
    },
  ] satisfies Measurement[];
  console.log(
    options.json ? JSON.stringify({ minutes, well, disk, memory, measured }, null, 2) : table(measured),
  );
  process.exitCode = measured.every(isMet) ? 0 : 1;
});

/** What holds wherever telemetry waits. */
function unharmed(where: string, outcome: Outcome, well: Outcome): Measurement[] {
  const { made, arrived, measured } = outcome;
  const none = { unit: "", target: 0, exactly: true } as const;
  const p99Ms = { now: measured.eventLoopP99Ms, well: well.measured.eventLoopP99Ms };
  const rss = { now: measured.rssBytes / 1e6, well: well.measured.rssBytes / 1e6 };
  const uncounted = sum(made.items) - sum(arrived.distinct) - sum(made.counts.dropped);
  return [
    { ...none, what: `${where}: neither received nor counted as dropped`, value: uncounted },
    { ...none, what: `${where}: received more than once`, value: sum(arrived.again) },
    { ...none, what: `${where}: metric updates lost`, value: made.metricUpdates - arrived.metricUpdates },
    {
      what: `${where}: P99 of the event loop's delay over an idle process's, rise`,
      // What an idle process beside it has to wait is the machine's doing.
      value: p99Ms.now - outcome.idleP99Ms - (p99Ms.well - well.idleP99Ms),
      unit: "ms",
      target: 5,
      detail: [
        `${p99Ms.now.toFixed(1)} ms; without an outage ${p99Ms.well.toFixed(1)} ms`,
        `of an idle process, meanwhile: ${outcome.idleP99Ms.toFixed(1)} ms; ${well.idleP99Ms.toFixed(1)} ms`,
      ],
    },
    {
      what: `${where}: largest RSS, rise`,
      value: rss.now - rss.well,
      unit: "MB",
      target: Math.round(queuesMegabytes),
      detail: [`${rss.now.toFixed(0)} MB; without an outage ${rss.well.toFixed(0)} MB`],
    },
  ];
}

function sum(perSignal: Readonly<Record<string, number>>): number {
  return Object.values(perSignal).reduce((total, items) => total + items, 0);
}

/** By how much what waited when the outage ended differs from what may wait, where something was given up. */
function excess({ measured: { counts } }: Outcome, maxQueueItems: number): number {
  const differences = numbered
    .filter((signal) => counts.dropped[signal] > 0)
    .map((signal) => Math.abs(maxQueueItems - counts.waiting[signal]));
  return differences.reduce((total, items) => total + items, 0);
}

function became({ made, arrived }: Outcome): string[] {
  return numbered.map(
    (signal) =>
      `${signal}: ${made.items[signal]} made, ${arrived.distinct[signal]} received, ${made.counts.dropped[signal]} dropped`,
  );
}
