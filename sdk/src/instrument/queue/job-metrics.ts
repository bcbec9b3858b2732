import type { JobResult } from "../../names/index.ts";
import { telemetry } from "../../telemetry.ts";
import { type Job, tenantOfJob } from "./job.ts";

/** An attempt begins: what the job waited, less the delay that it asked for. Later attempts waited for their backoff. */
export function jobStarted(queue: string, job: Job, startedMs: number | undefined): void {
  const { timestamp, attemptsStarted, attemptsMade = 0, opts } = job;
  if ((attemptsStarted ?? attemptsMade + 1) > 1 || timestamp === undefined || startedMs === undefined) return;
  const waitedMs = Math.max(0, startedMs - timestamp - (opts?.delay ?? 0));
  telemetry.metrics.observe("queueWait", { queue }, waitedMs / 1_000, tenantOfJob(job));
}

/** An attempt has ended; `job` and `lastedMs` are unknown when it was lost with its worker. */
export function jobEnded(queue: string, result: JobResult, job?: Job, lastedMs?: number): void {
  const tenant = tenantOfJob(job);
  const outcome = result === "completed" ? "success" : "error";
  telemetry.metrics.increment("queueJobs", { queue, outcome, result }, 1, tenant);
  if (lastedMs === undefined) return;
  telemetry.metrics.observe("queueJobDuration", { queue }, Math.max(0, lastedMs) / 1_000, tenant);
}

/**
 * What a failed attempt means for the job: `retried`: there will be another; `dead`: it could be tried more than once and was
 * given up; `failed`: it was to be tried once only.
 * @param attemptsMade Attempts that have ended, this one included.
 */
export function resultOfFailure(attemptsMade: number, attempts = 1, givenUp = false): JobResult {
  if (attempts <= 1) return "failed";
  return givenUp || attemptsMade >= attempts ? "dead" : "retried";
}
