import { context } from "@opentelemetry/api";
import { telemetry } from "../../telemetry.ts";
import { observe } from "../observe.ts";
import { type Callable, type Undo, wrap } from "../wrap.ts";
import type { BullMQTelemetryOptions } from "./bullmq-telemetry.ts";
import { DepthSampler, isCountedQueue } from "./depth.ts";
import { fromMetadata, type Job, toMetadata } from "./job.ts";
import { observeJobEvents } from "./job-events.ts";
import { jobEnded, jobStarted, resultOfFailure } from "./job-metrics.ts";

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
  const depth = new DepthSampler();
  const carried = new WeakMap<object, string>();
  const undos = [
    ...Object.entries(publishers).map(([method, publisher]) =>
      wrap(target, method, kind, (publish, self, args) => traced(publisher, carried, publish, self, args)),
    ),
    instrumentProcess(target, carried, options) ?? observeJobEvents(target, kind, nameOf),
  ].filter((undo) => undo !== undefined);
  if (undos.length === 0) return undefined;
  if (isCountedQueue(target)) depth.add({ getJobCounts: () => target.getJobCounts(), name: nameOf(target) });
  return () => {
    for (const undo of undos) undo();
    depth.stop();
  };
}

function traced(
  { queue, jobName, data, options }: Publisher,
  carried: WeakMap<object, string>,
  publish: Callable,
  self: unknown,
  args: unknown[],
): unknown {
  const job = {
    queue: queue === undefined ? nameOf(self) : textOf(args[queue]),
    jobName: jobName === undefined ? textOf((args[data] as Job | undefined)?.name) : textOf(args[jobName]),
  };
  return telemetry.tracer.withPublishSpan(job, () => {
    const metadata = toMetadata(context.active());
    if (metadata === undefined) return Reflect.apply(publish, self, args);
    const payload = args[data];
    if (typeof payload === "object" && payload !== null) carried.set(payload, metadata);
    const takesOptions = isObject(args[options]) || (args.length <= options && publish.length > options);
    return Reflect.apply(publish, self, takesOptions ? withMetadata(args, options, metadata) : args);
  });
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
    const processing = new Proxy(handler as Callable, {
      apply(handle, receiver, [job, ...rest]: [Job, ...unknown[]]) {
        const queue = job?.queueName ?? nameOf(self);
        const producer = fromMetadata(job?.opts?.telemetry?.metadata ?? carriedBy(job, carried));
        const { id: jobId, name: jobName, attemptsMade = 0 } = job ?? {};
        const args = { queue, jobId, jobName, attempt: attemptsMade + 1, producer, relation };
        return telemetry.tracer.withProcessSpan(args, () =>
          measured(queue, job, () => Reflect.apply(handle, receiver, [job, ...rest])),
        );
      },
    });
    return Reflect.apply(register, self, [...args.slice(0, -1), processing]);
  });
}

function measured(queue: string, job: Job | undefined, handle: () => unknown): unknown {
  const startedMs = Date.now();
  if (job) jobStarted(queue, job, startedMs);
  return observe(handle, undefined, [], {
    succeeded: () => jobEnded(queue, "completed", job, Date.now() - startedMs),
    failed(error) {
      const { attemptsMade = 0, opts } = job ?? {};
      const givenUp = (error as Error | undefined)?.name === "UnrecoverableError";
      jobEnded(
        queue,
        resultOfFailure(attemptsMade + 1, opts?.attempts, givenUp),
        job,
        Date.now() - startedMs,
      );
    },
  });
}

const carriedBy = (job: Job | undefined, carried: WeakMap<object, string>) =>
  [job?.data, job]
    .filter(isObject)
    .map((one) => carried.get(one))
    .find((one) => one !== undefined);

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const textOf = (value: unknown) => (typeof value === "string" ? value : "unknown");

export function nameOf(target: unknown): string {
  const name = (target as QueueLike | undefined)?.name;
  return typeof name === "string" && name !== "" ? name : "queue";
}
