import { type Context, ROOT_CONTEXT } from "@opentelemetry/api";
import { extractContext, injectContext } from "../../context/propagation.ts";
import { tenantOf } from "../../context/tenant.ts";

/** A job, as BullMQ and AutoWeave's queue managers give it to handlers and listeners. Times are ms since the epoch. */
export interface Job {
  readonly id?: string;
  readonly name?: string;
  readonly queueName?: string;
  readonly data?: unknown;
  /** When it was enqueued, when this attempt began, when it ended for good. */
  readonly timestamp?: number;
  readonly processedOn?: number;
  readonly finishedOn?: number | null;
  /** Attempts that ended. */
  readonly attemptsMade?: number;
  /** Attempts that began. */
  readonly attemptsStarted?: number;
  readonly opts?: JobOptions;
}

export interface JobOptions {
  /** Most attempts. Default: 1. */
  readonly attempts?: number;
  /** How long it was to wait, in ms. */
  readonly delay?: number;
  /** The context that it was enqueued in, as BullMQ keeps it. */
  readonly telemetry?: { readonly metadata?: string; readonly omitContext?: boolean };
}

/** A context as text: a JSON object of the headers that would carry it. BullMQ's own OpenTelemetry package does the same. */
export function toMetadata(context: Context): string | undefined {
  const carrier = {};
  injectContext(context, carrier);
  return Object.keys(carrier).length === 0 ? undefined : JSON.stringify(carrier);
}

/** The context that a job was enqueued in; an empty one if it carries none. */
export function fromMetadata(metadata: unknown): Context {
  if (typeof metadata !== "string") return ROOT_CONTEXT;
  try {
    const carrier: unknown = JSON.parse(metadata);
    return typeof carrier === "object" && carrier !== null
      ? extractContext(ROOT_CONTEXT, carrier)
      : ROOT_CONTEXT;
  } catch {
    return ROOT_CONTEXT;
  }
}

export const tenantOfJob = (job: Job | undefined) => tenantOf(fromMetadata(job?.opts?.telemetry?.metadata));
