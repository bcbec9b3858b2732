import type {
  Attributes,
  AttributeValue,
  Exception,
  Link,
  Span,
  SpanContext,
  SpanKind,
  SpanStatus,
  TimeInput,
} from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { LocalTrace } from "./local-traces.ts";

/** OpenTelemetry's own span, which can be written and read. */
export type SdkSpan = Span & ReadableSpan;

/** Told of a span that has just ended. */
export type OnEnd = (span: RecordingSpan) => void;

/**
 * What an app holds of a span. OpenTelemetry's own throws at values that it cannot read; this one leaves them out, since
 * telemetry never makes an app fail. On a span that has ended, nothing has an effect.
 */
export class RecordingSpan implements Span {
  /** What is known of it so far. */
  readonly readable: ReadableSpan;
  /** The local trace that decides whether it is kept; absent when it is sampled. */
  readonly local: LocalTrace | undefined;
  /** Its local trace begins with it. */
  readonly isLocalRoot: boolean;
  readonly #span: SdkSpan;
  readonly #onEnd: OnEnd;

  constructor(span: SdkSpan, onEnd: OnEnd, local: LocalTrace | undefined, isLocalRoot: boolean) {
    this.readable = span;
    this.local = local;
    this.isLocalRoot = isLocalRoot;
    this.#span = span;
    this.#onEnd = onEnd;
  }

  get kind(): SpanKind {
    return this.#span.kind;
  }

  get attributes(): Attributes {
    return this.#span.attributes;
  }

  spanContext(): SpanContext {
    return this.#span.spanContext();
  }

  isRecording(): boolean {
    return !this.#span.ended;
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (this.#span.ended) return this;
    try {
      this.#span.setAttribute(key, value);
    } catch {
      // The value cannot be read.
    }
    return this;
  }

  setAttributes(attributes: Attributes): this {
    try {
      for (const key of Object.keys(attributes)) this.#setProperty(attributes, key);
    } catch {
      // They cannot be enumerated.
    }
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.#span.ended) return this;
    try {
      this.#span.addEvent(name, attributesOrTime, time);
    } catch {
      // An attribute cannot be read.
    }
    return this;
  }

  addLink(link: Link): this {
    if (this.#span.ended) return this;
    try {
      this.#span.addLink(link);
    } catch {
      // It is none, or an attribute cannot be read.
    }
    return this;
  }

  addLinks(links: Link[]): this {
    if (Array.isArray(links)) for (const link of links) this.addLink(link);
    return this;
  }

  setStatus(status: SpanStatus): this {
    if (this.#span.ended) return this;
    try {
      this.#span.setStatus(status);
    } catch {
      // It is none.
    }
    return this;
  }

  updateName(name: string): this {
    if (!this.#span.ended && typeof name === "string") this.#span.updateName(name);
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    if (this.#span.ended) return;
    try {
      this.#span.recordException(exception, time);
    } catch {
      // It cannot be read.
    }
  }

  end(time?: TimeInput): void {
    if (this.#span.ended) return;
    try {
      this.#span.end(time);
    } catch {
      this.#span.end();
    }
    this.#onEnd(this);
  }

  #setProperty(attributes: Attributes, key: string): void {
    try {
      this.setAttribute(key, attributes[key] as AttributeValue);
    } catch {
      // A getter threw.
    }
  }
}
