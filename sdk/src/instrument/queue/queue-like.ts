import { context } from "@opentelemetry/api";
import type { JobResult } from "../../names/index.ts";
import { telemetry } from "../../telemetry.ts";
import { harmless } from "../harmless.ts";
import { observe } from "../observe.ts";
import { shared } from "../shared.ts";
import { collectUndos } from "../undos.ts";
import { type Callable, hasMethods, type Undo, wrap } from "../wrap.ts";
import type { BullMQTelemetryOptions } from "./bullmq-telemetry.ts";
import { DepthSampler, isCountedQueue } from "./depth.ts";
import { fromMetadata, type Job, toMetadata } from "./job.ts";
import { observeJobEvents } from "./job-events.ts";
import { jobEnded, jobStarted, resultOfFailure } from "./job-metrics.ts";
import { isObject } from "../objects.ts";

/**
 * A queue of an app's own. What it has of this is instrumented; one of the methods, or `emit`, must be there.
 *
 * A job carries its context in `options.telemetry.metadata` if the method that publishes it takes options; within a process
 * also by the identity of its data. It is read from `job.opts.telemetry.metadata`, else found by `job.data` or `job`.
 */
export interface QueueLike {
  /** Name of the queue. Default: `queue`. */
  readonly name?: string;
  /** Publishes a job of this queue. */
  add?(jobName: string, data: unknown, options?: object): unknown;
  enqueue?(job: object, options?: object): unknown;
  /** Publishes a job of the queue that is named. */
  addJob?(queue: string, data: unknown, options?: object): unknown;
  /** Takes what processes the jobs: the last argument. It is called with a {@link Job}; its promise is the end of the job. */
  process?(...args: unknown[]): unknown;
  /** Without `process`, jobs are measured by the events `active`, `completed`, `failed`; also as `job.…` and `job:…`. */
  emit?(event: string, ...args: unknown[]): boolean;
  getJobCounts?(): Promise<Readonly<Record<string, number>>>;
}

const kind = Symbol("autoweave.queue");

/** Where the arguments of a publishing method hold what. */
interface Publisher {
  readonly queue?: number;
  readonly jobName?: number;
  readonly data: number;
  readonly options: number;
}

const publishers: Readonly<Record<string, Publisher>> = {
  add: { jobName: 0, data: 1, options: 2 },
  addJob: { queue: 0, data: 1, options: 2 },
  enqueue: { data: 0, options: 1 },
};

/** Returns undefined when there is nothing to instrument. */
export function instrumentQueueLike(target: object, options: BullMQTelemetryOptions): Undo | undefined {
  const methods = [...Object.keys(publishers), "process", "emit"];
  if (!methods.some((method) => hasMethods(target, method))) return undefined;
  return shared(target, kind, () =>
    collectUndos((undos) => {
      const carried = new WeakMap<object, string>();
      for (const [method, publisher] of Object.entries(publishers)) {
        undos.add(
          wrap(target, method, kind, (publish, self, args) =>
            tracePublishing(publisher, carried, publish, self, args),
          ),
        );
      }
      if (!undos.add(instrumentProcess(target, carried, options))) {
        undos.add(observeJobEvents(target, kind, nameOf));
      }
      if (!isCountedQueue(target)) return;
      const depth = new DepthSampler();
      depth.add({ getJobCounts: () => target.getJobCounts(), name: nameOf(target) });
      undos.add(() => depth.stop());
    }),
  );
}

function tracePublishing(
  publisher: Publisher,
  carried: WeakMap<object, string>,
  publish: Callable,
  self: unknown,
  args: unknown[],
): unknown {
  const job = harmless(describePublishing, publisher, self, args) ?? { queue: nameOf(self) };
  return telemetry.tracer.withPublishSpan(job, () =>
    Reflect.apply(publish, self, harmless(withContext, publisher, carried, publish, args) ?? args),
  );
}

const describePublishing = ({ queue, jobName, data }: Publisher, self: unknown, args: unknown[]) => ({
  queue: queue === undefined ? nameOf(self) : textOf(args[queue]),
  jobName: textOf(jobName === undefined ? (args[data] as Job | undefined)?.name : args[jobName]),
});

/** The arguments of a publishing method, with the context that is active: in the options, or kept by the data. */
function withContext(
  { data, options }: Publisher,
  carried: WeakMap<object, string>,
  publish: Callable,
  args: unknown[],
): unknown[] {
  const metadata = toMetadata(context.active());
  if (metadata === undefined) return args;
  const payload = args[data];
  if (isObject(payload)) carried.set(payload, metadata);
  const takesOptions = isObject(args[options]) || (args.length <= options && publish.length > options);
  return takesOptions ? withMetadata(args, options, metadata) : args;
}

/** The arguments with the context in a copy of the options: those that were given are the caller's. */
function withMetadata(args: unknown[], index: number, metadata: string): unknown[] {
  const given = args[index] as Job["opts"];
  if (given?.telemetry?.omitContext || given?.telemetry?.metadata) return args;
  const extended = args.slice();
  extended[index] = { ...given, telemetry: { ...given?.telemetry, metadata } };
  return extended;
}

function instrumentProcess(
  target: object,
  carried: WeakMap<object, string>,
  { relation }: BullMQTelemetryOptions,
): Undo | undefined {
  return wrap(target, "process", kind, (register, self, args) => {
    const handler = args.at(-1);
    if (typeof handler !== "function") return Reflect.apply(register, self, args);
    const traced = new Proxy(handler as Callable, {
      apply(handle, receiver, given: unknown[]) {
        const job = given[0] as Job | undefined;
        const known = harmless(describeProcessing, job, self, carried) ?? { queue: nameOf(self) };
        return telemetry.tracer.withProcessSpan({ ...known, relation }, () =>
          measured(known.queue, job, handle, receiver, given),
        );
      },
    });
    return Reflect.apply(register, self, [...args.slice(0, -1), traced]);
  });
}

const describeProcessing = (job: Job | undefined, self: unknown, carried: WeakMap<object, string>) => ({
  queue: job?.queueName ?? nameOf(self),
  jobId: job?.id,
  jobName: job?.name,
  attempt: (job?.attemptsMade ?? 0) + 1,
  producer: fromMetadata(job?.opts?.telemetry?.metadata ?? carriedBy(job, carried)),
});

function measured(
  queue: string,
  job: Job | undefined,
  handle: Callable,
  receiver: unknown,
  given: unknown[],
): unknown {
  const startedMs = Date.now();
  const ended = (failed: boolean, error?: unknown) => {
    const result = failed ? resultOf(job, error) : "completed";
    jobEnded(queue, result, job, Date.now() - startedMs);
  };
  if (job) harmless(jobStarted, queue, job, startedMs);
  return observe(handle, receiver, given, {
    succeeded: () => harmless(ended, false),
    failed: (error) => harmless(ended, true, error),
  });
}

function resultOf(job: Job | undefined, error: unknown): JobResult {
  const { attemptsMade = 0, opts } = job ?? {};
  // BullMQ's name for what is not to be tried again.
  const givenUp = (error as Error | undefined)?.name === "UnrecoverableError";
  return resultOfFailure(attemptsMade + 1, opts?.attempts, givenUp);
}

const carriedBy = (job: Job | undefined, carried: WeakMap<object, string>) =>
  [job?.data, job]
    .filter(isObject)
    .map((one) => carried.get(one))
    .find((one) => one !== undefined);

const textOf = (value: unknown) => (typeof value === "string" ? value : "unknown");

function nameOf(target: unknown): string {
  const name = harmless(() => (target as QueueLike | undefined)?.name);
  return typeof name === "string" && name !== "" ? name : "queue";
}
