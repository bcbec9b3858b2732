import { choice } from "../../options/kinds.ts";
import { checkOptions } from "../check-options.ts";
import { notInstrumentable } from "../not-instrumentable.ts";
import type { Undo } from "../wrap.ts";
import { instrumentFlowProducer, instrumentQueueBase, isFlowProducer, isQueueBase } from "./bullmq.ts";
import type { BullMQTelemetryOptions } from "./bullmq-telemetry.ts";
import { instrumentQueueLike } from "./queue-like.ts";
import { instrumentQueues, isQueueCollection } from "./queue-collection.ts";
import { isObjectOrFunction } from "../objects.ts";

export type QueueOptions = BullMQTelemetryOptions;

/**
 * Spans `{queue} publish` and `{queue} process`, and the metrics of jobs, waits and depths, for one of
 *
 * - BullMQ's `Queue`, `Worker` or `FlowProducer`, from version 5.22 on;
 * - a manager of BullMQ queues: `getQueueNames()` and `getQueue(name)`. All queues, workers and flow producers of that copy
 *   of BullMQ are instrumented then, also those that come later;
 * - any other queue: see {@link QueueLike}.
 *
 * A job carries the context and the tenant that it was enqueued in. Instrumenting twice is instrumenting once.
 * Returns how to take it back.
 * @throws ObservabilityConfigError `AUTOWEAVE_NOT_INSTRUMENTABLE` when `target` is none of these.
 */
export function instrumentQueueManager(target: object, options: QueueOptions = {}): Undo {
  const known = checkOptions("instrumentQueueManager", options, { relation: choice("parent", "link") });
  const undo = isObjectOrFunction(target) ? instrument(target, known) : undefined;
  if (undo) return undo;
  throw notInstrumentable("queue manager", lookedFor, target);
}

const lookedFor = [
  "BullMQ's Queue, Worker or FlowProducer, from version 5.22 on",
  "a manager of BullMQ's queues, with getQueueNames() and getQueue(name)",
  "methods that publish jobs: add(name, data, options), addJob(queue, data, options), enqueue(job, options)",
  "the method process(handler)",
  "an EventEmitter that emits active, completed and failed, also as job.… or job:…, with the job",
];

function instrument(target: object, options: QueueOptions): Undo | undefined {
  if (isQueueBase(target)) return instrumentQueueBase(target, options);
  if (isFlowProducer(target)) return instrumentFlowProducer(target, options);
  if (isQueueCollection(target)) return instrumentQueues(target, options);
  return instrumentQueueLike(target, options);
}
