import {
  type Attributes,
  type AttributeValue,
  type Exception,
  type HrTime,
  type Link,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
} from "@opentelemetry/api";
import type { Scope } from "../delivery/record.ts";
import { boundedText } from "../otlp/plain.ts";
import { BoundedAttributes } from "./bounded-attributes.ts";
import { exceptionAttributes } from "./errors.ts";
import type { LocalTrace } from "./local-traces.ts";
import type { ReadableSpan, SpanEvent } from "./readable-span.ts";
import { durationOf, isTimeInput, SpanTime } from "./time.ts";

/** What a span is from its start on. */
export interface SpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly spanContext: SpanContext;
  readonly parentSpanContext: SpanContext | undefined;
  readonly startTime: unknown;
  readonly scope: Scope;
  /** The local trace that decides whether it is kept; absent when it is sampled. */
  readonly local: LocalTrace | undefined;
  /** Its local trace begins with it. */
  readonly isLocalRoot: boolean;
  /** Told when it has ended. */
  readonly onEnd: (span: RecordingSpan) => void;
}

/** Most events, and most links, of a span; the oldest give way. Source: OpenTelemetry, span limits. */
const mostParts = 128;

/**
 * A span that is recorded. The same calls have the same results as with the span of OpenTelemetry's SDK, but none throws,
 * whatever it is given: telemetry never makes an app fail. On a span that has ended, nothing has an effect.
 */
export class RecordingSpan implements Span, ReadableSpan {
  name: string;
  readonly kind: SpanKind;
  readonly parentSpanContext: SpanContext | undefined;
  readonly instrumentationScope: Scope;
  readonly local: LocalTrace | undefined;
  readonly isLocalRoot: boolean;
  readonly events: SpanEvent[] = [];
  readonly links: Link[] = [];
  status: SpanStatus = { code: SpanStatusCode.UNSET };
  endTime: HrTime = [0, 0];
  duration: HrTime = [0, 0];
  ended = false;
  droppedEventsCount = 0;
  droppedLinksCount = 0;
  readonly #spanContext: SpanContext;
  readonly #onEnd: (span: RecordingSpan) => void;
  readonly #time: SpanTime;
  readonly #attributes = new BoundedAttributes();

  constructor(start: SpanStart) {
    this.name = boundedText(start.name);
    this.kind = start.kind;
    this.parentSpanContext = start.parentSpanContext;
    this.instrumentationScope = start.scope;
    this.local = start.local;
    this.isLocalRoot = start.isLocalRoot;
    this.#spanContext = start.spanContext;
    this.#onEnd = start.onEnd;
    this.#time = new SpanTime(start.startTime);
  }

  get startTime(): HrTime {
    return this.#time.start;
  }

  get attributes(): Attributes {
    return this.#attributes.values;
  }

  get droppedAttributesCount(): number {
    return this.#attributes.dropped;
  }

  spanContext(): SpanContext {
    return this.#spanContext;
  }

  isRecording(): boolean {
    return !this.ended;
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (!this.ended) this.#attributes.set(key, value);
    return this;
  }

  setAttributes(attributes: Attributes): this {
    if (!this.ended) this.#attributes.setAll(attributes);
    return this;
  }

  /** Sets an attribute, even if there are as many as there may be. */
  requireAttribute(key: string, value: AttributeValue): void {
    this.#attributes.require(key, value);
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.ended) return this;
    const isTime = isTimeInput(attributesOrTime);
    const given = time === undefined && isTime ? attributesOrTime : time;
    if (this.events.length >= mostParts) {
      this.events.shift();
      this.droppedEventsCount++;
    }
    this.events.push({
      name: boundedText(name),
      time: this.#time.at(given),
      ...boundedAttributes(isTime ? undefined : attributesOrTime),
    });
    return this;
  }

  addLink(link: Link): this {
    if (this.ended) return this;
    const bounded = boundedLink(link);
    if (!bounded) return this;
    if (this.links.length >= mostParts) {
      this.links.shift();
      this.droppedLinksCount++;
    }
    this.links.push(bounded);
    return this;
  }

  addLinks(links: Link[]): this {
    try {
      if (!Array.isArray(links)) return this;
      // Those before would give way at once.
      const last = links.slice(-mostParts);
      if (!this.ended) this.droppedLinksCount += links.length - last.length;
      for (const link of last) this.addLink(link);
    } catch {
      // A proxy's trap threw.
    }
    return this;
  }

  setStatus(status: SpanStatus): this {
    if (this.ended || this.status.code === SpanStatusCode.OK) return this;
    const read = readStatus(status);
    if (read) this.status = read;
    return this;
  }

  updateName(name: string): this {
    if (!this.ended && typeof name === "string") this.name = boundedText(name);
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    if (!this.ended) this.addEvent("exception", exceptionAttributes(exception), time);
  }

  end(time?: TimeInput): void {
    if (this.ended) return;
    const end = this.#time.at(time);
    const duration = durationOf(this.startTime, end);
    const isAfterStart = duration[0] >= 0;
    this.endTime = isAfterStart ? end : this.startTime;
    this.duration = isAfterStart ? duration : [0, 0];
    this.ended = true;
    this.#onEnd(this);
  }
}

function boundedAttributes(given: unknown): Pick<SpanEvent, "attributes" | "droppedAttributesCount"> {
  const { values, dropped } = BoundedAttributes.of(given);
  return { attributes: values, droppedAttributesCount: dropped };
}

/** A copy; `undefined` of what is no link. */
function boundedLink(link: Link): Link | undefined {
  // An error thrown for each hole of a long list would take seconds.
  if (typeof link !== "object" || link === null) return undefined;
  try {
    const { traceId, spanId, traceFlags, traceState, isRemote } = link.context;
    if (typeof traceId !== "string" || typeof spanId !== "string") return undefined;
    const context: SpanContext = { traceId, spanId, traceFlags: Number(traceFlags) & 0xff };
    if (traceState) context.traceState = traceState;
    if (isRemote !== undefined) context.isRemote = isRemote;
    return { context, ...boundedAttributes(link.attributes) };
  } catch {
    return undefined;
  }
}

/** `undefined` of what sets nothing. */
function readStatus(status: SpanStatus): SpanStatus | undefined {
  try {
    const { code, message } = status;
    if (code === SpanStatusCode.OK) return { code };
    if (code !== SpanStatusCode.ERROR) return undefined;
    return message === undefined ? { code } : { code, message: boundedText(message) };
  } catch {
    return undefined;
  }
}
