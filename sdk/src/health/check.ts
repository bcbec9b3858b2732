import type { Clock } from "../clock.ts";
import { failureDetail, safeDetail } from "./detail.ts";

/** What a check found. */
export interface HealthResult {
  readonly ok: boolean;
  /** Why, or what else is worth knowing. Shown to whoever may ask: passwords and tokens in it are masked. */
  readonly detail?: string;
}

/**
 * Tells whether a part of the app is well: `true` or nothing: it is; `false`: it is not; a text: it is not, and that is why;
 * or a {@link HealthResult}; or a promise of one of them. To throw or to reject is to fail, with the error's message.
 */
export type HealthCheck = () => Answer | Promise<Answer>;
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- an async function that returns nothing
type Answer = boolean | string | HealthResult | undefined | void;

/** What is known of a check, as `/health` tells it. */
export interface CheckReport {
  readonly ok: boolean;
  /** Whether the app is not ready without it. */
  readonly critical: boolean;
  readonly detail?: string;
  /** How long it took. */
  readonly durationMs: number;
  /** ISO 8601. */
  readonly checkedAt: string;
  /** The last time that it failed, if it ever did. */
  readonly lastFailure?: { readonly detail: string; readonly at: string };
}

/** A check, and what it found last. */
export class Check {
  readonly critical: boolean;
  readonly #check: HealthCheck;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  /** When the check began that still runs. */
  #pendingSinceMs: number | undefined;
  #report: CheckReport | undefined;

  constructor(check: HealthCheck, critical: boolean, timeoutMs: number, clock: Clock) {
    this.#check = check;
    this.critical = critical;
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  get report(): CheckReport | undefined {
    return this.#report;
  }

  /** Runs it, unless it still runs since the last time, which is a failure. Never rejects. */
  async run(): Promise<void> {
    const startedAtMs = this.#pendingSinceMs ?? this.#clock.now();
    const result = this.#pendingSinceMs === undefined ? await this.#answerInTime(startedAtMs) : timedOut;
    this.#settle(result, this.#clock.now() - startedAtMs);
  }

  #answerInTime(startedAtMs: number): Promise<HealthResult> {
    return new Promise((resolve) => {
      this.#pendingSinceMs = startedAtMs;
      const cancel = this.#clock.after(this.#timeoutMs, () => resolve(timedOut));
      void this.#answer().then((result) => {
        this.#pendingSinceMs = undefined;
        cancel();
        resolve(result);
      });
    });
  }

  async #answer(): Promise<HealthResult> {
    try {
      return resultOf(await this.#check());
    } catch (thrown) {
      return { ok: false, detail: failureDetail(thrown) };
    }
  }

  #settle({ ok, detail }: HealthResult, durationMs: number): void {
    const checkedAt = new Date(this.#clock.now()).toISOString();
    const lastFailure = ok ? this.#report?.lastFailure : { detail: detail ?? failed, at: checkedAt };
    this.#report = {
      ok,
      critical: this.critical,
      ...(detail === undefined ? {} : { detail }),
      durationMs,
      checkedAt,
      ...(lastFailure ? { lastFailure } : {}),
    };
  }
}

const failed = "failed";
const timedOut: HealthResult = { ok: false, detail: "did not answer in time" };

function resultOf(answer: Answer): HealthResult {
  if (answer === undefined || answer === true) return { ok: true };
  if (answer === false || answer === null) return { ok: false, detail: failed };
  if (typeof answer === "string") return { ok: false, detail: safeDetail(answer) };
  const { ok, detail } = answer;
  if (detail !== undefined) return { ok: ok === true, detail: safeDetail(String(detail)) };
  return ok === true ? { ok } : { ok: false, detail: failed };
}
