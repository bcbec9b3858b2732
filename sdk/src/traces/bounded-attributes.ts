import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { acceptedTenant } from "../context/tenant.ts";
import { attributes } from "../names/index.ts";
import { boundedText, plainValue, readProperty, setProperty } from "../otlp/plain.ts";

/** Most attributes of a span, an event or a link. Source: OpenTelemetry, attribute limits. */
const mostAttributes = 128;

/** Of a larger object no more keys are looked at: it is hardly meant as attributes. */
const mostKeys = 1_000;

/** Copies of attributes, within the limits. None of it throws, whatever is set. */
export class BoundedAttributes {
  readonly values: Attributes = {};
  /** Those that came when there were as many as there may be. */
  dropped = 0;
  #count = 0;

  static of(given: unknown): BoundedAttributes {
    const bounded = new BoundedAttributes();
    bounded.setAll(given);
    return bounded;
  }

  /** Sets one; what has no name or is `undefined`, and a tenant that cannot be one, is left out. */
  set(key: unknown, value: unknown): void {
    if (typeof key !== "string" || key === "" || value === undefined) return;
    if (key === attributes.tenantId && acceptedTenant(value) === undefined) return;
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
  setAll(given: unknown): void {
    if (typeof given !== "object" || given === null) return;
    try {
      const keys = Object.keys(given);
      for (const key of keys.slice(0, mostKeys)) {
        this.set(key, readProperty(given as Readonly<Record<string, unknown>>, key));
      }
      this.dropped += Math.max(0, keys.length - mostKeys);
    } catch {
      // A proxy's trap threw.
    }
  }

  /** Sets one past the limit. */
  require(key: string, value: AttributeValue): void {
    this.values[key] = value;
  }
}
