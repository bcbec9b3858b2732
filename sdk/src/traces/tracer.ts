import { context, type Context, type Span, type SpanOptions, trace, type Tracer } from "@opentelemetry/api";
import { warnOnce } from "../diagnostics.ts";
import { sdkScope } from "../resource.ts";
import { absentSpan, runActive, type StartActiveSpanArguments } from "./active-span.ts";
import type { TracingCore } from "./core.ts";
import {
  describeSpan,
  type Describe,
  prepare,
  type PreparedSpan,
  type SpanArgs,
  type WithSpanOptions,
} from "./descriptions.ts";
import { describeMemory, type MemorySpanArgs } from "./memory-spans.ts";
import { describePlugin, type PluginSpanArgs } from "./plugin-spans.ts";
import {
  describeProcess,
  describePublish,
  type ProcessSpanArgs,
  type PublishSpanArgs,
} from "./queue-spans.ts";
import { runInSpan } from "./run.ts";
import { describeUSBEvent, type USBEventSpanArgs } from "./usb-spans.ts";

/**
 * The tracer of an app: OpenTelemetry's, with helpers for what AutoWeave's apps do. It can be held from the start; before
 * `initialize()` and after `shutdown()` it records nothing.
 *
 * `create…Span` starts a span that the caller ends. `with…Span` runs a function in a span, ends the span when the function is
 * done, also asynchronously, and records what it throws; a `tenantId` holds for all that happens in it. None of the methods
 * throws by itself, whatever it is given.
 */
export class AutoWeaveTracer implements Tracer {
  #tracer: Tracer | undefined;

  /** Makes it live. Called by the manager. */
  attach(core: TracingCore): void {
    this.#tracer = core.provider.getTracer(sdkScope.name, sdkScope.version);
  }

  /** Makes it record nothing any more. Called by the manager. */
  detach(): void {
    this.#tracer = undefined;
  }

  /** Whether it is live. */
  get isAttached(): boolean {
    return this.#tracer !== undefined;
  }

  /** Starts a span, a child of the one in `parent`. Default of `parent`: the active context. The caller ends it. */
  startSpan(name: string, options?: SpanOptions, parent: Context = context.active()): Span {
    return this.#tracer ? this.#tracer.startSpan(name, options, parent) : passedOn(parent);
  }

  /** Starts a span and calls the function with it, in its context; returns what that returns. The function ends the span. */
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    ...rest: StartActiveSpanArguments<F>
  ): ReturnType<F> {
    return runActive(this, name, rest);
  }

  /**
   * Runs `fn` in a span. Returns what `fn` returns; in place of a promise, one of the same class that settles alike once the
   * span has ended. Throws only what `fn` throws.
   */
  withSpan<T>(name: string, fn: (span: Span) => T): T;
  withSpan<T>(name: string, options: WithSpanOptions, fn: (span: Span) => T): T;
  withSpan<T>(
    name: string,
    ...rest: [fn: (span: Span) => T] | [options: WithSpanOptions, fn: (span: Span) => T]
  ): T {
    const options = rest.length > 1 ? (rest[0] as WithSpanOptions) : {};
    return this.#with((args) => describeSpan(name, args), options, rest.at(-1) as (span: Span) => T);
  }

  /** Starts the span of a USB event, `usb.{action}`. */
  createUSBEventSpan(args: USBEventSpanArgs): Span {
    return this.#create(describeUSBEvent, args);
  }

  /** Handles a USB event in its span. Returns and throws as `withSpan` does. */
  withUSBEventSpan<T>(args: USBEventSpanArgs, fn: (span: Span) => T): T {
    return this.#with(describeUSBEvent, args, fn);
  }

  /** Starts the span of a plugin's operation, `plugin.{operation}`. */
  createPluginSpan(args: PluginSpanArgs): Span {
    return this.#create(describePlugin, args);
  }

  /** Runs a plugin's operation in its span. Returns and throws as `withSpan` does. */
  withPluginSpan<T>(args: PluginSpanArgs, fn: (span: Span) => T): T {
    return this.#with(describePlugin, args, fn);
  }

  /** Starts the span of the publishing of a job, `{queue} publish`. */
  createPublishSpan(args: PublishSpanArgs): Span {
    return this.#create(describePublish, args);
  }

  /** Publishes a job in its span. Returns and throws as `withSpan` does. */
  withPublishSpan<T>(args: PublishSpanArgs, fn: (span: Span) => T): T {
    return this.#with(describePublish, args, fn);
  }

  /** Starts the span of the processing of a job, `{queue} process`: a child of the producer's span, or linked to it. */
  createProcessSpan(args: ProcessSpanArgs): Span {
    return this.#create(describeProcess, args);
  }

  /** Processes a job in its span, for the producer's tenant. Returns and throws as `withSpan` does. */
  withProcessSpan<T>(args: ProcessSpanArgs, fn: (span: Span) => T): T {
    return this.#with(describeProcess, args, fn);
  }

  /** Starts the span of an operation of the memory system, `memory.{operation}`. */
  createMemorySpan(args: MemorySpanArgs): Span {
    return this.#create(describeMemory, args);
  }

  /** Runs an operation of the memory system in its span. Returns and throws as `withSpan` does. */
  withMemorySpan<T>(args: MemorySpanArgs, fn: (span: Span) => T): T {
    return this.#with(describeMemory, args, fn);
  }

  #create<Args extends SpanArgs>(describe: Describe<Args>, args: Args): Span {
    return this.#tracer ? start(this.#tracer, prepare(describe, args)) : passedOn(context.active());
  }

  #with<T, Args extends SpanArgs>(describe: Describe<Args>, args: Args, fn: (span: Span) => T): T {
    if (typeof fn !== "function") return nothingToRun() as T;
    const prepared = prepare(describe, args);
    // What happens in it has a tenant, traced or not.
    if (!this.#tracer) return context.with(prepared.parent, fn, undefined, absentSpan);
    const span = start(this.#tracer, prepared);
    return runInSpan(span, trace.setSpan(prepared.parent, span), fn);
  }
}

function start(
  tracer: Tracer,
  { name, kind, attributes, links, startTime, more, parent }: PreparedSpan,
): Span {
  const span = tracer.startSpan(name, { kind, attributes, links, startTime }, parent);
  if (more) span.setAttributes(more);
  return span;
}

/** A span that records nothing, and lets the trace that the process is in pass through. */
function passedOn(parent: Context): Span {
  try {
    const spanContext = trace.getSpanContext(parent);
    return spanContext ? trace.wrapSpanContext(spanContext) : absentSpan;
  } catch {
    return absentSpan;
  }
}

function nothingToRun(): undefined {
  warnOnce("span-function", "A span was asked for around what is no function: nothing was run. (Said once.)");
}
