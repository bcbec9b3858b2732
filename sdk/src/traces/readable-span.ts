import type { Attributes, HrTime, Link, SpanContext, SpanKind, SpanStatus } from "@opentelemetry/api";
import type { Scope } from "../delivery/record.ts";

/** A span as it can be read; final once it has ended. As in OpenTelemetry's SDK, but for the resource, which all spans share. */
export interface ReadableSpan {
  readonly name: string;
  readonly kind: SpanKind;
  spanContext(): SpanContext;
  /** Absent for the root of a trace. */
  readonly parentSpanContext?: SpanContext | undefined;
  /** Seconds and nanoseconds since the epoch. */
  readonly startTime: HrTime;
  /** Seconds and nanoseconds since the epoch; zeros before the end. */
  readonly endTime: HrTime;
  /** Seconds and nanoseconds; never negative once it has ended. */
  readonly duration: HrTime;
  readonly ended: boolean;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly links: readonly Link[];
  readonly instrumentationScope: Scope;
  /** What was over the limits. */
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
}

export interface SpanEvent {
  readonly name: string;
  /** Seconds and nanoseconds since the epoch. */
  readonly time: HrTime;
  readonly attributes?: Attributes | undefined;
  readonly droppedAttributesCount?: number | undefined;
}
