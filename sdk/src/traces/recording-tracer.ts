import {
  context as active,
  type Attributes,
  type Context,
  type Span,
  type SpanOptions,
  trace,
  TraceFlags,
  type Tracer,
} from "@opentelemetry/api";
import type { Clock } from "../clock.ts";
import { acceptedTenant, tenantOf } from "../context/tenant.ts";
import { attributes } from "../names/index.ts";
import { runActive, type StartActiveSpanArguments } from "./active-span.ts";
import { LocalTrace } from "./local-traces.ts";
import { type OnEnd, RecordingSpan, type SdkSpan } from "./span.ts";

export interface RecordingTracerOptions {
  /** Tenant of the spans that name none and whose context carries none. */
  readonly tenantId: string;
  readonly clock: Clock;
  readonly onEnd: OnEnd;
}

/** Makes OpenTelemetry's spans into ours: with a tenant, in a local trace, and safe whatever the app gives. */
export class RecordingTracer implements Tracer {
  readonly #tracer: Tracer;
  readonly #options: RecordingTracerOptions;

  constructor(tracer: Tracer, options: RecordingTracerOptions) {
    this.#tracer = tracer;
    this.#options = options;
  }

  startSpan(name: string, options?: SpanOptions, context: Context = active.active()): Span {
    try {
      return this.#record(this.#tracer.startSpan(name, options, context), options, context);
    } catch {
      return this.#startUnreadable(name, options);
    }
  }

  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    ...rest: StartActiveSpanArguments<F>
  ): ReturnType<F> {
    return runActive(this, name, rest);
  }

  #record(span: Span, options: SpanOptions | undefined, context: Context): Span {
    if (!span.isRecording()) return span;
    const sdkSpan = span as SdkSpan;
    this.#addTenant(sdkSpan.attributes, context);
    const { onEnd, clock } = this.#options;
    if (sdkSpan.spanContext().traceFlags & TraceFlags.SAMPLED) {
      return new RecordingSpan(sdkSpan, onEnd, undefined, false);
    }
    const parent = options?.root ? undefined : trace.getSpan(context);
    const local = parent instanceof RecordingSpan ? parent.local : undefined;
    return new RecordingSpan(sdkSpan, onEnd, local ?? new LocalTrace(clock.now()), local === undefined);
  }

  /** Written past the limit on the number of attributes: every span has a tenant. */
  #addTenant(spanAttributes: Attributes, context: Context): void {
    const given = spanAttributes[attributes.tenantId];
    if (given !== undefined && acceptedTenant(given) !== undefined) return;
    spanAttributes[attributes.tenantId] = tenantOf(context) ?? this.#options.tenantId;
  }

  /** Something in the options throws when it is read: what can be read of them counts. */
  #startUnreadable(name: string, options: SpanOptions | undefined): Span {
    const context = active.active();
    const span = this.#record(this.#tracer.startSpan(name, {}, context), undefined, context);
    try {
      if (options?.attributes) span.setAttributes(options.attributes);
    } catch {
      // A getter threw.
    }
    return span;
  }
}
