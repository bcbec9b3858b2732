import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { boundedText, plainValue, readProperty, setProperty } from "../otlp/plain.ts";

/** Most attributes of a span, an event or a link. Source: OpenTelemetry, attribute limits. */
const mostAttributes = 128;

/** Copies of attributes, within the limits. None of it throws, whatever is set. */
export class BoundedAttributes {
  readonly values: Attributes = {};
  /** Those that came when there were as many as there may be. */
  dropped = 0;
  #count = 0;

  static of(attributes: unknown): BoundedAttributes {
    const bounded = new BoundedAttributes();
    bounded.setAll(attributes);
    return bounded;
  }

  /** Sets one; what has no name or is `undefined` is left out. */
  set(key: unknown, value: unknown): void {
    if (typeof key !== "string" || key === "" || value === undefined) return;
    const name = boundedText(key);
    if (!Object.hasOwn(this.values, name)) {
      if (this.#count >= mostAttributes) {
        this.dropped++;
        return;
      }
      this.#count++;
    }
    setProperty(this.values, name, plainValue(value));
  }

  /** Sets all that can be read; does nothing for what is no object. */
  setAll(attributes: unknown): void {
    if (typeof attributes !== "object" || attributes === null) return;
    try {
      for (const key of Object.keys(attributes)) {
        this.set(key, readProperty(attributes as Readonly<Record<string, unknown>>, key));
      }
    } catch {
      // A proxy's trap threw.
    }
  }

  /** Sets one past the limit. */
  require(key: string, value: AttributeValue): void {
    this.values[key] = value;
  }
}
