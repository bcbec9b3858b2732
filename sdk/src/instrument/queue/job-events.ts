import { telemetry } from "../../telemetry.ts";
import { recordError } from "../../traces/errors.ts";
import { observeEmitter } from "../emitter-events.ts";
import type { Undo } from "../wrap.ts";
import { fromMetadata, type Job } from "./job.ts";
import { jobEnded, jobStarted, resultOfFailure } from "./job-metrics.ts";

/** A job as an event tells of it: whole, or by its id. */
interface JobEvent extends Job {
  readonly jobId?: string;
  readonly error?: unknown;
}

type Step = "started" | "completed" | "failed";

const steps: Readonly<Record<string, Step>> = {
  active: "started",
  started: "started",
  completed: "completed",
  failed: "failed",
};

const stepOf = new Map(
  Object.entries(steps).flatMap(([name, step]) =>
    ["", "job.", "job:"].map((prefix) => [prefix + name, step] as const),
  ),
);
const names = new Set(stepOf.keys());

/** More jobs than this are not worked on at once: the first of them has not ended where we see it. */
const mostStarted = 10_000;

/**
 * Measures jobs by what `emitter` tells of them. As nothing can run in a span that begins with an event, spans `{queue} process`
 * are made when a job has ended. Returns undefined when there is no `emit`.
 */
export function observeJobEvents(
  emitter: object,
  kind: symbol,
  nameOf: (target: unknown) => string,
): Undo | undefined {
  const startedMs = new Map<string, number>();
  return observeEmitter(emitter, names, kind, (name, [, job, error]) => {
    if (isJobEvent(job)) record(job, stepOf.get(name) as Step, error);
    return undefined;
  });

  function record(job: JobEvent, step: Step, error: unknown): void {
    const queue = job.queueName ?? nameOf(emitter);
    const id = `${queue}\n${job.id ?? job.jobId}`;
    if (step === "started") {
      if (startedMs.size >= mostStarted) startedMs.delete(startedMs.keys().next().value as string);
      startedMs.set(id, Date.now());
      return jobStarted(queue, job, Date.now());
    }
    const startTime = startedMs.get(id) ?? job.processedOn;
    startedMs.delete(id);
    const { attemptsMade = 1, opts, finishedOn } = job;
    const result =
      step === "completed" ? step : resultOfFailure(attemptsMade, opts?.attempts, Boolean(finishedOn));
    jobEnded(queue, result, job, startTime && Date.now() - startTime);
    if (startTime === undefined) return;
    const span = telemetry.tracer.createProcessSpan({
      queue,
      jobId: job.id ?? job.jobId,
      jobName: job.name,
      attempt: attemptsMade,
      producer: fromMetadata(opts?.telemetry?.metadata),
      startTime,
    });
    if (step === "failed") recordError(span, error ?? job.error);
    span.end();
  }
}

const isJobEvent = (value: unknown): value is JobEvent =>
  typeof value === "object" && value !== null && ("id" in value || "jobId" in value);
