import { context, type Context, SpanKind, trace } from "@opentelemetry/api";
import { contextWithTenant, tenantOf } from "../context/tenant.ts";
import { attributes, spanNames } from "../names/index.ts";
import { namePart, type SpanArgs, type SpanDescription } from "./descriptions.ts";

export interface PublishSpanArgs extends SpanArgs {
  /** Name of the queue. */
  queue: string;
  jobId?: string | undefined;
  jobName?: string | undefined;
  /** Jobs that are published at once. Default: not recorded. */
  batchSize?: number | undefined;
  /** The queue's product, e.g. `bullmq`. Default: `autoweave`. */
  system?: string | undefined;
}

export interface ProcessSpanArgs extends PublishSpanArgs {
  /** Which attempt it is, from 1. */
  attempt?: number | undefined;
  /** The producer's context, as `propagation.extract` read it from the job. Its tenant holds, unless `tenantId` is given. */
  producer?: Context | undefined;
  /**
   * How the span relates to the producer's: `parent` makes it a child, one trace from the request to the end of the job; `link`
   * begins a trace of its own that leads to the producer's, for jobs that run much later or belong to many producers.
   * Default: `parent`.
   */
  relation?: "parent" | "link" | undefined;
}

export function describePublish(args: PublishSpanArgs): SpanDescription {
  return {
    name: spanNames.publish(namePart(args.queue)),
    kind: SpanKind.PRODUCER,
    attributes: messagingAttributes(args, "send", "publish"),
  };
}

export function describeProcess(args: ProcessSpanArgs): SpanDescription {
  const { producer } = args;
  const description: SpanDescription = {
    name: spanNames.process(namePart(args.queue)),
    kind: SpanKind.CONSUMER,
    attributes: {
      ...messagingAttributes(args, "process", "process"),
      [attributes.jobAttempt]: args.attempt,
    },
  };
  if (!producer) return description;
  if (args.relation !== "link") return { ...description, parent: producer };
  const link = trace.getSpanContext(producer);
  const tenant = tenantOf(producer);
  const parent = trace.deleteSpan(args.parent ?? context.active());
  return {
    ...description,
    links: link ? [{ context: link }] : undefined,
    parent: tenant === undefined ? parent : contextWithTenant(parent, tenant),
  };
}

/** Source: OpenTelemetry semantic conventions for messaging spans. */
const messagingAttributes = (args: PublishSpanArgs, type: "send" | "process", name: string) => ({
  [attributes.messagingSystem]: args.system ?? "autoweave",
  [attributes.messagingOperationType]: type,
  [attributes.messagingOperationName]: name,
  [attributes.messagingDestination]: args.queue,
  [attributes.messagingMessageId]: args.jobId,
  [attributes.messagingBatchCount]: args.batchSize,
  [attributes.jobName]: args.jobName,
});
