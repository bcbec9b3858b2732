import { recordError } from "../../traces/errors.ts";
import { isShared, shared } from "../shared.ts";
import { hasMethods, type Undo, wrap } from "../wrap.ts";
import {
  activeProcessingSpan,
  type BullMQTelemetryOptions,
  createBullMQTelemetry,
  isTraced,
} from "./bullmq-telemetry.ts";
import { DepthSampler, isCountedQueue } from "./depth.ts";
import type { Job } from "./job.ts";
import { jobEnded, jobStarted, resultOfFailure } from "./job-metrics.ts";

/** What `Queue`, `Worker` and their like have in common. Source: BullMQ's API reference, `QueueBase`. */
export interface QueueBase {
  readonly name: string;
  readonly opts: { readonly telemetry?: unknown };
  trace(...args: unknown[]): unknown;
}

interface FlowProducer {
  telemetry?: unknown;
}

const kind = Symbol("autoweave.bullmq");

export function isQueueBase(target: object): target is QueueBase {
  if (!hasMethods(target, "trace")) return false;
  const { name, opts } = target as Partial<QueueBase>;
  return typeof name === "string" && typeof opts === "object" && opts !== null;
}

/** What all queues and workers of the copy of BullMQ that made `queue` inherit from. */
export function prototypeOf(queue: QueueBase): object {
  let prototype: object = queue;
  while (!Object.hasOwn(prototype, "trace")) prototype = Reflect.getPrototypeOf(prototype) as object;
  return prototype;
}

export const isFlowProducer = (target: object): target is FlowProducer =>
  hasMethods(target, "addNode", "addBulk");

/**
 * Telemetry for one `Queue` or `Worker`, or for all: `target` may be their common prototype. What the app has given them as
 * `telemetry` itself stays in force: then only the metrics are ours.
 */
export function instrumentQueueBase(target: object, options: BullMQTelemetryOptions): Undo {
  return shared(target, kind, () => {
    const telemetry = createBullMQTelemetry(options);
    const depth = new DepthSampler();
    if (Object.hasOwn(target, "name") && isCountedQueue(target)) depth.add(target);
    // What is instrumented by itself as well is left to that.
    const isOurs = (self: object) => self === target || !isShared(self, kind);
    const undoTrace = wrap(target, "trace", kind, (trace, self, args) => {
      const queue = self as QueueBase;
      if (!isOurs(queue)) return Reflect.apply(trace, self, args);
      if (isCountedQueue(queue)) depth.add(queue);
      const [spanKind, operation] = args;
      if (queue.opts.telemetry || !isTraced(spanKind, operation)) return Reflect.apply(trace, self, args);
      // BullMQ looks for its telemetry in the options: it finds ours there, and the app's options stay the app's.
      const opts = { value: Object.create(queue.opts, { telemetry: { value: telemetry } }) as object };
      return Reflect.apply(trace, Object.create(queue, { opts }), args);
    });
    const undoEmit = wrap(target, "emit", kind, (emit, self, args) => {
      if (isWorker(self) && isOurs(self)) observeWorkerEvent(self.name, args);
      return Reflect.apply(emit, self, args);
    });
    return () => {
      undoTrace?.();
      undoEmit?.();
      depth.stop();
    };
  });
}

/** A flow producer, or all: `target` may be their prototype. */
export function instrumentFlowProducer(target: FlowProducer, options: BullMQTelemetryOptions): Undo {
  if (Object.hasOwn(target, "telemetry") && target.telemetry) return () => {};
  return shared(target, kind, () => {
    const value = createBullMQTelemetry(options);
    const property = { value, configurable: true, writable: true, enumerable: false };
    Object.defineProperty(target, "telemetry", property);
    // BullMQ gives a job of a flow its context only if it has options.
    const undoNodes = wrap(target, "addNode", kind, (add, self, [given, ...rest]) => {
      const { node } = given as { node: { opts?: object } };
      const withOptions = { ...(given as object), node: { ...node, opts: node.opts ?? {} } };
      return Reflect.apply(add, self, [withOptions, ...rest]);
    });
    return () => {
      undoNodes?.();
      if (target.telemetry === value) delete target.telemetry;
    };
  });
}

/** `QueueEvents` emits the same names for what happens anywhere: that is counted where it happens. */
const isWorker = (self: unknown): self is QueueBase =>
  typeof (self as { processJob?: unknown }).processJob === "function";

function observeWorkerEvent(queue: string, [event, ...args]: unknown[]): void {
  try {
    workerEvents[event as keyof typeof workerEvents]?.(queue, args as never);
  } catch {
    // It is not the event that it is called.
  }
}

const workerEvents = {
  active: (queue: string, [job]: [Job]) => jobStarted(queue, job, job.processedOn),
  completed: (queue: string, [job]: [Job]) => jobEnded(queue, "completed", job, lastedMs(job)),
  failed(queue: string, [job, error]: [Job | undefined, unknown]) {
    // Only a job that will not be tried again has finished. One that was lost with its worker may be unknown.
    const { attemptsMade = 0, opts, finishedOn } = job ?? {};
    const result = resultOfFailure(attemptsMade, opts?.attempts, Boolean(finishedOn));
    jobEnded(queue, result, job, job && lastedMs(job));
    const span = activeProcessingSpan();
    if (span) recordError(span, error);
  },
};

const lastedMs = ({ processedOn, finishedOn }: Job) =>
  processedOn === undefined ? undefined : (finishedOn ?? Date.now()) - processedOn;
