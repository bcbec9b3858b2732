import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export const signals = ["spans", "lines", "series"] as const;
export type LoadSignal = (typeof signals)[number];

/** What is written in all, by all tenants. */
export interface Rates {
  spansPerSecond: number;
  linesPerSecond: number;
  /** Series that exist, each pushed every `pushSeconds`. */
  series: number;
}

export const noLoad: Rates = { spansPerSecond: 0, linesPerSecond: 0, series: 0 };

/** How often an app pushes its metrics, in seconds. */
export const pushSeconds = 15;

/** Where the load goes, and as whom. */
export interface Target {
  /** `http://host:port` of the gateway's OTLP port, for traces and metrics. */
  otlp: string;
  /** The same of its port for logs. */
  loki: string;
  tenants: { id: string; token: string }[];
  /** Series that one app has. */
  seriesPerApp: number;
}

/** Of one signal, since the start. Items are spans, lines and samples. */
export interface Tally {
  sent: number;
  accepted: number;
  /** Items by the status, or the fault of the connection, that refused them. */
  refused: Record<string, number>;
  /** Of what was accepted, what belongs together: traces; else the items themselves. */
  groups: number;
  requests: number;
  /** Protobuf before compression. */
  bytes: number;
  /** Percentiles of the times until the answers since the last report, in ms. */
  answerMs: { p50: number; p99: number };
}

export interface LoadReport {
  /** Milliseconds since 1970. */
  at: number;
  tallies: Record<LoadSignal, Tally>;
  /** Of the load's own process since its start, in seconds. */
  cpuSeconds: number;
}

/** The apps that make the load, in a process of their own. */
export class Load {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(target: Target): Promise<Load> {
    const child = fork(join(import.meta.dirname, "generator.ts"), {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    await once(child, "message");
    child.send(target);
    await once(child, "message");
    return new Load(child);
  }

  /** Goes on with these rates; what has been sent until now is answered before it reports. */
  async set(rates: Rates): Promise<LoadReport> {
    const ended = new AbortController();
    this.#child.send(rates);
    const [report] = (await Promise.race([
      once(this.#child, "message", { signal: ended.signal }),
      once(this.#child, "exit", { signal: ended.signal }).then(([code, signal]) => {
        throw new Error(`The load's process ended with ${signal ?? code} instead of an answer.`);
      }),
    ]).finally(() => ended.abort())) as [LoadReport];
    return report;
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }
}
