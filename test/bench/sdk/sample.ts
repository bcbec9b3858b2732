import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Variant } from "./variants.ts";
import type { Workload } from "./workloads.ts";

/** One run of one app under one variant. */
export interface Sample {
  workload: string;
  variant: string;
  operations: number;
  seconds: number;
  cpuMicroseconds: number;
  eventLoopP99Ms: number;
  gcMs: number;
  /** After two full collections, at the end. */
  rssBytes: number;
  /** From the start of the process to the app's readiness. */
  startMs: number;
  /** Sent to and received from the backends. */
  telemetryBytes: number;
  /** Between the app and its client; 0 for apps that have none. */
  appBytes: number;
}

export interface Timing {
  warmUpSeconds: number;
  seconds: number;
}

/** What the warm-up left in queues is gone by then. */
const settleMs = 1_500;

/** Runs the app of `workload` under `variant` in `folder`, with the backend and the client in processes of their own. */
export async function sample(
  workload: Workload,
  variant: Variant,
  folder: string,
  timing: Timing,
): Promise<Sample> {
  const sink = fork(join(import.meta.dirname, "sink.ts"));
  const spool = mkdtempSync(join(tmpdir(), "bench-sdk-"));
  const children: ChildProcess[] = [sink];
  try {
    const { port: sinkPort } = await answer<{ port: number }>(sink);
    const app = startApp({ workload, variant, folder, sinkPort, spool });
    children.push(app);
    const { port, startMs } = await answer<{ port: number; startMs: number }>(app);
    const client = workload.path
      ? startClient(`http://127.0.0.1:${port}${workload.path}`, workload)
      : undefined;
    if (client) {
      children.push(client);
      await answer(client);
    }
    await sleep(timing.warmUpSeconds * 1000);
    app.send("steady");
    client?.send("steady");
    await sleep(settleMs);
    const before = await bytesOf(sink, client);
    app.send("start");
    await sleep(timing.seconds * 1000);
    app.send("stop");
    const measured =
      await answer<Omit<Sample, "workload" | "variant" | "startMs" | "telemetryBytes" | "appBytes">>(app);
    const after = await bytesOf(sink, client);
    return {
      workload: workload.name,
      variant: variant.name,
      ...measured,
      startMs,
      telemetryBytes: after.telemetry - before.telemetry,
      appBytes: after.app - before.app,
    };
  } finally {
    for (const child of children.reverse()) await end(child);
    rmSync(spool, { recursive: true, force: true });
  }
}

interface App {
  workload: Workload;
  variant: Variant;
  folder: string;
  sinkPort: number;
  spool: string;
}

function startApp({ workload, variant, folder, sinkPort, spool }: App): ChildProcess {
  const endpoint = `http://127.0.0.1:${sinkPort}`;
  return fork(join(folder, "apps", `${workload.app}.cjs`), {
    cwd: folder,
    execArgv: ["--expose-gc", ...variant.nodeArguments],
    // Log lines go where they cost what a pipe to a file costs.
    stdio: ["ignore", openSync(join(spool, "stdout.log"), "w"), "inherit", "ipc"],
    env: {
      PATH: process.env["PATH"],
      BENCH_TELEMETRY: variant.telemetry,
      BENCH_RATE: String(workload.ratePerSecond),
      BENCH_WARM_UP_RATE: String(workload.warmUpRatePerSecond),
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      AUTOWEAVE_LOKI_ENDPOINT: endpoint,
      ...(variant.name === "full" ? { AUTOWEAVE_SPOOL_DIRECTORY: join(spool, "spool") } : {}),
      ...variant.environment,
    },
  });
}

const startClient = (url: string, { warmUpRatePerSecond, ratePerSecond }: Workload) =>
  fork(join(import.meta.dirname, "client.ts"), [url, String(warmUpRatePerSecond), String(ratePerSecond)]);

async function bytesOf(sink: ChildProcess, client: ChildProcess | undefined) {
  const ask = async (child: ChildProcess) => {
    child.send("bytes");
    return (await answer<{ bytes: number }>(child)).bytes;
  };
  return { telemetry: await ask(sink), app: client ? await ask(client) : 0 };
}

/** What the child says next. Fails when it ends instead. */
async function answer<Message>(child: ChildProcess): Promise<Message> {
  const ended = new AbortController();
  const [message] = (await Promise.race([
    once(child, "message", { signal: ended.signal }),
    once(child, "exit", { signal: ended.signal }).then(([code, signal]) => {
      throw new Error(`${child.spawnargs.join(" ")} ended with ${signal ?? code} before it answered`);
    }),
  ]).finally(() => ended.abort())) as [Message];
  return message;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
