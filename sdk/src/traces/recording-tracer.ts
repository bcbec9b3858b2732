import {
  type Context,
  isSpanContextValid,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  trace,
  TraceFlags,
  type Tracer,
  type TracerProvider,
} from "@opentelemetry/api";
import type { Clock } from "../clock.ts";
import { isTracingSuppressed } from "../context/suppression.ts";
import { acceptedTenant, tenantOf } from "../context/tenant.ts";
import type { Scope } from "../delivery/record.ts";
import { attributes } from "../names/index.ts";
import { boundedText } from "../otlp/plain.ts";
import { absentSpan, asContext, runActive, type StartActiveSpanArguments } from "./active-span.ts";
import { newSpanId, newTraceId } from "./ids.ts";
import { LocalTrace } from "./local-traces.ts";
import type { LocalRootSampler } from "./sampler.ts";
import { RecordingSpan } from "./span.ts";

export interface RecordingOptions {
  readonly sampler: LocalRootSampler;
  /** Tenant of the spans that name none and whose context carries none. */
  readonly tenantId: string;
  readonly clock: Clock;
  /** Told of a span that has just ended. */
  readonly onEnd: (span: RecordingSpan) => void;
}

export class RecordingTracerProvider implements TracerProvider {
  readonly #options: RecordingOptions;
  readonly #tracers = new Map<string, RecordingTracer>();

  constructor(options: RecordingOptions) {
    this.#options = options;
  }

  /** One tracer, and one scope, for each name and version. */
  getTracer(name: string, version?: string): Tracer {
    const scope = {
      name: boundedText(name),
      version: version === undefined ? undefined : boundedText(version),
    };
    const key = `${scope.name}@${scope.version ?? ""}`;
    let tracer = this.#tracers.get(key);
    if (!tracer) this.#tracers.set(key, (tracer = new RecordingTracer(scope, this.#options)));
    return tracer;
  }
}

class RecordingTracer implements Tracer {
  readonly #scope: Scope;
  readonly #options: RecordingOptions;

  constructor(scope: Scope, options: RecordingOptions) {
    this.#scope = scope;
    this.#options = options;
  }

  startSpan(name: string, options?: SpanOptions, parent?: Context): Span {
    const given = readOptions(options);
    const context = given.root ? trace.deleteSpan(asContext(parent)) : asContext(parent);
    if (isTracingSuppressed(context)) return absentSpan;
    const { sampler, clock, onEnd } = this.#options;
    const parentSpan = trace.getSpan(context);
    const parentSpanContext = validContextOf(parentSpan);
    const traceId = parentSpanContext?.traceId ?? newTraceId();
    const decision = sampler.decide(parentSpanContext, traceId);
    const spanContext = contextOf(traceId, decision === "sample", parentSpanContext);
    if (decision === "ignore") return trace.wrapSpanContext(spanContext);

    const inherited = parentSpan instanceof RecordingSpan ? parentSpan.local : undefined;
    const local = decision === "sample" ? undefined : (inherited ?? new LocalTrace(clock.now()));
    const span = new RecordingSpan({
      name,
      kind: given.kind,
      spanContext,
      parentSpanContext,
      startTime: given.startTime,
      scope: this.#scope,
      local,
      isLocalRoot: local !== undefined && inherited === undefined,
      onEnd,
    });
    if (given.attributes) span.setAttributes(given.attributes);
    if (given.links) span.addLinks(given.links);
    this.#addTenant(span, context);
    return span;
  }

  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    ...rest: StartActiveSpanArguments<F>
  ): ReturnType<F> {
    return runActive(this, name, rest);
  }

  #addTenant(span: RecordingSpan, context: Context): void {
    const given = span.attributes[attributes.tenantId];
    if (given !== undefined && acceptedTenant(given) !== undefined) return;
    span.requireAttribute(attributes.tenantId, tenantOf(context) ?? this.#options.tenantId);
  }
}

type GivenOptions = Required<Pick<SpanOptions, "kind" | "root">> & SpanOptions;

const nothingGiven: GivenOptions = { kind: SpanKind.INTERNAL, root: false };

/** Nothing is taken of options that cannot be read. */
function readOptions(options: SpanOptions | null | undefined): GivenOptions {
  if (!options) return nothingGiven;
  try {
    const { kind = SpanKind.INTERNAL, root = false, startTime, attributes, links } = options;
    return {
      kind: kind in SpanKind ? kind : SpanKind.INTERNAL,
      root,
      startTime,
      attributes,
      links,
    } as GivenOptions;
  } catch {
    return nothingGiven;
  }
}

function validContextOf(span: Span | undefined): SpanContext | undefined {
  if (span instanceof RecordingSpan) return span.spanContext();
  const spanContext = span?.spanContext();
  return spanContext && isSpanContextValid(spanContext) ? spanContext : undefined;
}

const contextOf = (traceId: string, sampled: boolean, parent: SpanContext | undefined): SpanContext => ({
  traceId,
  spanId: newSpanId(),
  traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
  traceState: parent?.traceState,
});
