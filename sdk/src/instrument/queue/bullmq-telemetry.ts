import {
  type Attributes,
  type AttributeValue,
  type Context,
  context,
  createContextKey,
  type Exception,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { attributes, spanNames } from "../../names/index.ts";
import { telemetry } from "../../telemetry.ts";
import { recordError } from "../../traces/errors.ts";
import { fromMetadata, toMetadata } from "./job.ts";

export interface BullMQTelemetryOptions {
  /**
   * How the processing of a job is tied to its publishing: `parent` puts both into one trace, `link` gives the processing a
   * trace of its own, with a link: for jobs that wait long, or many of which come from one request. Default: `parent`.
   */
  relation?: "parent" | "link";
}

/** What BullMQ takes as `telemetry`. Source: BullMQ, guide, "Telemetry". */
export interface BullMQTelemetry {
  readonly tracer: {
    startSpan(name: string, options?: { kind: SpanKind }, parent?: Context): BullMQSpan;
  };
  readonly contextManager: {
    with<Arguments extends unknown[], Result>(active: Context, fn: (...args: Arguments) => Result): Result;
    active(): Context;
    root(): Context;
    getMetadata(active: Context): string;
    fromMetadata(active: Context, metadata: string): Context;
  };
}

export interface BullMQSpan {
  setSpanOnContext(active: Context): Context;
  setAttribute(key: string, value: AttributeValue): void;
  setAttributes(values: Attributes): void;
  addEvent(name: string, values?: Attributes): void;
  recordException(exception: Exception): void;
  end(): void;
}

/** The span of the job that is published, or worked on, in a context. */
const publishingSpan = createContextKey("autoweave.queue.publishing");
const processingSpan = createContextKey("autoweave.queue.processing");

/** The span of the attempt that is being made, or has just failed. */
export const activeProcessingSpan = () => context.active().getValue(processingSpan) as Span | undefined;

/**
 * Telemetry for BullMQ, from version 5.22 on: `new Queue(name, { connection, telemetry: createBullMQTelemetry() })`, likewise
 * `Worker` and `FlowProducer`. Spans `{queue} publish` and `{queue} process`; a job carries its trace's context and its tenant in
 * its options, as those of BullMQ's own OpenTelemetry package do. `instrumentQueueManager` uses it by itself.
 */
export function createBullMQTelemetry({ relation = "parent" }: BullMQTelemetryOptions = {}): BullMQTelemetry {
  return {
    tracer: {
      startSpan(name, options, parent) {
        const [operation] = name.split(" ", 1);
        if (!isTraced(options?.kind, operation)) return passThrough;
        return options?.kind === SpanKind.PRODUCER ? publish() : process(parent, relation);
      },
    },
    contextManager: {
      with: (active, fn) => context.with(active, fn) as never,
      active: () => context.active(),
      root: () => ROOT_CONTEXT,
      // What moves a job about later does not change what it carries: each attempt goes back to its publishing.
      getMetadata: (active) => (active.getValue(publishingSpan) ? toMetadata(active) : undefined) ?? "",
      fromMetadata: (_active, metadata) => fromMetadata(metadata),
    },
  };
}

/** BullMQ's operations that publish jobs. `addFlow` and `addBulkFlows` consist of `addNode`s. */
const publishing: ReadonlySet<unknown> = new Set(["add", "addBulk", "addNode"]);

/** Whether an operation publishes or processes jobs. BullMQ also has upkeep traced: fetching, locks, stalled jobs. */
export const isTraced = (kind: unknown, operation: unknown) =>
  (kind === SpanKind.PRODUCER && publishing.has(operation)) ||
  (kind === SpanKind.CONSUMER && operation === "process");

const system = { [attributes.messagingSystem]: "bullmq" };
const publishAttributes = {
  ...system,
  [attributes.messagingOperationType]: "send",
  [attributes.messagingOperationName]: "publish",
};
const processAttributes = {
  ...system,
  [attributes.messagingOperationType]: "process",
  [attributes.messagingOperationName]: "process",
};

function publish(): BullMQSpan {
  const options = { kind: SpanKind.PRODUCER, attributes: publishAttributes };
  return new JobSpan(telemetry.tracer.startSpan("publish", options), spanNames.publish, publishingSpan);
}

function process(parent: Context = ROOT_CONTEXT, relation: "parent" | "link"): BullMQSpan {
  const link = relation === "link" ? trace.getSpanContext(parent) : undefined;
  const options = {
    kind: SpanKind.CONSUMER,
    attributes: processAttributes,
    ...(link ? { root: true, links: [{ context: link }] } : {}),
  };
  return new JobSpan(
    telemetry.tracer.startSpan("process", options, parent),
    spanNames.process,
    processingSpan,
  );
}

/** BullMQ tells the queue and the job by attributes of its own; of its others, some hold what jobs contain. */
const known: Readonly<Record<string, string>> = {
  "bullmq.queue.name": attributes.messagingDestination,
  "bullmq.job.id": attributes.messagingMessageId,
  "bullmq.job.name": attributes.jobName,
  "bullmq.job.attempts.made": attributes.jobAttempt,
  "bullmq.job.bulk.count": attributes.messagingBatchCount,
};

class JobSpan implements BullMQSpan {
  readonly #span: Span;
  readonly #nameOf: (queue: string) => string;
  readonly #key: symbol;

  constructor(span: Span, nameOf: (queue: string) => string, key: symbol) {
    this.#span = span;
    this.#nameOf = nameOf;
    this.#key = key;
  }

  setSpanOnContext(active: Context): Context {
    return trace.setSpan(active, this.#span).setValue(this.#key, this.#span);
  }

  setAttribute(key: string, value: AttributeValue): void {
    const name = known[key];
    if (name === undefined) return;
    this.#span.setAttribute(name, value);
    if (name === attributes.messagingDestination) this.#span.updateName(this.#nameOf(String(value)));
  }

  setAttributes(values: Attributes): void {
    for (const key of Object.keys(values)) {
      const value = values[key];
      if (value !== undefined) this.setAttribute(key, value);
    }
  }

  addEvent(name: string, values?: Attributes): void {
    if (name !== "job failed") return;
    const message = values?.["bullmq.job.failed.reason"];
    this.#span.setStatus({
      code: SpanStatusCode.ERROR,
      ...(typeof message === "string" ? { message } : {}),
    });
  }

  recordException(exception: Exception): void {
    recordError(this.#span, exception);
  }

  end(): void {
    this.#span.end();
  }
}

const passThrough: BullMQSpan = {
  setSpanOnContext: (active) => active,
  setAttribute() {},
  setAttributes() {},
  addEvent() {},
  recordException() {},
  end() {},
};
