import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Arrived, Asked, type Made, type Measured } from "./messages.ts";

export interface Conditions {
  outage: boolean;
  spool: boolean;
  minutes: number;
  /** Most items of a signal that wait in memory. */
  maxQueueItems: number;
}

export interface Outcome {
  /** During the outage, or as long without one. */
  measured: Measured;
  /** Of a process that does nothing meanwhile. */
  idleP99Ms: number;
  made: Made;
  arrived: Arrived;
}

/** Start-up and compilation are over by then. */
const warmUpMs = 10_000;
/** The app goes on while what has waited is sent. */
const recoveryMs = 15_000;

/** Runs the app through an outage, with the backend in a process of its own, until all that waits has been sent. */
export async function runThrough({ outage, spool, minutes, maxQueueItems }: Conditions): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "bench-outage-"));
  const backend = await Asked.start("backend");
  const stop: { stop(): void }[] = [backend];
  try {
    const { url } = await backend.ask("listen");
    const app = await Asked.start("app", {
      BENCH_URL: url,
      BENCH_SPOOL: spool ? join(folder, "spool") : "",
      BENCH_QUEUE_ITEMS: `${maxQueueItems}`,
    });
    stop.push(app);
    const idle = await Asked.start("idle");
    stop.push(idle);
    await sleep(warmUpMs);
    if (outage) await backend.ask("refuse");
    await app.ask("measure");
    await idle.ask("measure");
    await sleep(minutes * 60_000);
    const measured = await app.ask("measured");
    const { eventLoopP99Ms: idleP99Ms } = await idle.ask("measured");
    if (outage) await backend.ask("listen");
    await sleep(recoveryMs);
    const made = await app.ask("finish");
    return { measured, idleP99Ms, made, arrived: await backend.ask("arrived") };
  } finally {
    for (const one of stop) one.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
