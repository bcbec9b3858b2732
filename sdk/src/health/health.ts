import type { Clock } from "../clock.ts";
import { ObservabilityConfigError } from "../options/error.ts";
import { Check, type CheckReport, type HealthCheck } from "./check.ts";

export interface CheckOptions {
  /** Whether the app is not ready without it. Default: true. */
  readonly critical?: boolean;
  /** A check that takes longer has failed, in ms, from 1 to 10000. Default: 2000. */
  readonly timeoutMs?: number;
}

/** What `/health` answers. */
export interface HealthReport {
  /** `ok`; `degraded`: something failed that is not critical; `failing`: something critical failed. */
  readonly status: "ok" | "degraded" | "failing";
  readonly ready: boolean;
  /** Why it is not ready: `starting`, `draining`, or the critical checks that failed. */
  readonly notReady?: string;
  readonly service: string;
  readonly version: string;
  readonly environment: string;
  readonly uptimeSeconds: number;
  readonly checks: Readonly<Record<string, CheckReport>>;
}

export interface HealthOptions {
  readonly service: string;
  readonly version: string;
  readonly environment: string;
  readonly clock: Clock;
  /** Whether the process is worth keeping. Default: it is. */
  readonly isAlive?: () => boolean;
}

/** The results of the checks are good for this long, so that many askers cost no more than one. */
const freshMs = 1_000;
const defaultTimeoutMs = 2_000;
const longestTimeoutMs = 10_000;
const checkName = /^[a-z][a-z0-9_]{0,62}$/;

/** Whether the process is alive, whether it is ready for work, and how its parts are. */
export class Health {
  readonly #options: HealthOptions;
  readonly #checks = new Map<string, Check>();
  #phase: "starting" | "running" | "draining" = "starting";
  #running: Promise<void> | undefined;
  #checkedAtMs: number | undefined;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /**
   * Adds a check, which runs when somebody asks, at most once in a second, and never twice at the same time.
   * @param name Small letters, digits and underscores; becomes the label `check` of `autoweave_health_status`.
   * @throws ObservabilityConfigError `AUTOWEAVE_INVALID_HEALTH_CHECK`: a bad name or timeout, or a name that is taken.
   */
  addCheck(name: string, check: HealthCheck, options?: CheckOptions): void {
    const { critical = true, timeoutMs = defaultTimeoutMs } = options ?? {};
    if (typeof name !== "string" || !checkName.test(name) || name === "ready") {
      throw invalid(
        name,
        "its name: small letters, digits and underscores, a letter first, at most 63, and not `ready`",
      );
    }
    if (this.#checks.has(name)) throw invalid(name, "its name: there is one already; remove that first");
    if (typeof check !== "function") throw invalid(name, "a function");
    if (!Number.isFinite(timeoutMs) || timeoutMs < 1 || timeoutMs > longestTimeoutMs) {
      throw invalid(name, `its timeoutMs: 1 to ${longestTimeoutMs}`);
    }
    this.#checks.set(name, new Check(check, critical, timeoutMs, this.#options.clock));
    this.#checkedAtMs = undefined;
  }

  removeCheck(name: string): void {
    this.#checks.delete(name);
  }

  /** Says that the app has started: it is ready from now on, if its checks are well. */
  markReady(): void {
    if (this.#phase === "starting") this.#phase = "running";
  }

  /** Says that the app is about to stop: it is not ready any more, so that it gets no new work while it ends the old. */
  drain(): void {
    this.#phase = "draining";
  }

  get isAlive(): boolean {
    return this.#options.isAlive?.() ?? true;
  }

  /** Runs the checks, unless that was done within the last second. Never rejects. */
  async run(): Promise<HealthReport> {
    const { clock } = this.#options;
    // The clock may have been set back.
    const isFresh = this.#checkedAtMs !== undefined && Math.abs(clock.now() - this.#checkedAtMs) < freshMs;
    if (!isFresh) await (this.#running ??= this.#runAll());
    return this.report();
  }

  /** What the checks found when they last ran; what has not run yet is not in it. */
  report(): HealthReport {
    const { service, version, environment } = this.#options;
    const reports = [...this.#checks].flatMap(([name, { report }]) =>
      report ? [[name, report] as const] : [],
    );
    const failed = reports.filter(([, { ok }]) => !ok);
    const critical = failed.filter(([, { critical }]) => critical).map(([name]) => name);
    const notReady =
      this.#phase !== "running"
        ? this.#phase
        : critical.length > 0
          ? `failing: ${critical.join(", ")}`
          : undefined;
    return {
      status: critical.length > 0 ? "failing" : failed.length > 0 ? "degraded" : "ok",
      ready: notReady === undefined,
      ...(notReady === undefined ? {} : { notReady }),
      service,
      version,
      environment,
      uptimeSeconds: Math.floor(process.uptime()),
      checks: Object.fromEntries(reports),
    };
  }

  async #runAll(): Promise<void> {
    const checks = [...this.#checks.values()];
    await Promise.all(checks.map((check) => check.run()));
    this.#running = undefined;
    // One that was added meanwhile has not run.
    const all = [...this.#checks.values()].every(({ report }) => report !== undefined);
    this.#checkedAtMs = all ? this.#options.clock.now() : undefined;
  }
}

const invalid = (name: unknown, expected: string) =>
  new ObservabilityConfigError(
    "AUTOWEAVE_INVALID_HEALTH_CHECK",
    `The health check ${typeof name === "string" ? JSON.stringify(name) : typeof name} is not valid. Expected: ${expected}.`,
  );
