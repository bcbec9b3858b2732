import { hasMethods, type Undo, wrap } from "../wrap.ts";
import { instrumentQueueBase, isQueueBase, prototypeOf } from "./bullmq.ts";
import type { BullMQTelemetryOptions } from "./bullmq-telemetry.ts";

/** A manager of BullMQ queues, as AutoWeave's job manager is one. It emits `queue:created` if it makes some later. */
export interface QueueCollection {
  getQueueNames(): Iterable<string>;
  getQueue(name: string): object | undefined;
}

const kind = Symbol("autoweave.queues");

export const isQueueCollection = (target: object): target is QueueCollection =>
  hasMethods(target, "getQueueNames", "getQueue");

/** Such a manager keeps its workers to itself: they are reached through what they have in common with its queues. */
export function instrumentQueues(manager: QueueCollection, options: BullMQTelemetryOptions): Undo {
  const undos = new Map<object, Undo>();
  const instrument = (target: object) => {
    if (!undos.has(target)) undos.set(target, instrumentQueueBase(target, options));
  };
  const look = () => {
    for (const name of manager.getQueueNames()) {
      const queue = manager.getQueue(name);
      if (!queue || !isQueueBase(queue)) continue;
      instrument(queue);
      instrument(prototypeOf(queue));
    }
  };
  look();
  const undoEmit = wrap(manager, "emit", kind, (emit, self, args) => {
    if (args[0] === "queue:created") look();
    return Reflect.apply(emit, self, args);
  });
  return () => {
    undoEmit?.();
    for (const undo of undos.values()) undo();
    undos.clear();
  };
}
