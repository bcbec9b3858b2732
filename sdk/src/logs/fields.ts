import { logFields } from "../names/index.ts";
import { type Descent, descent, isExhausted, propertyJson, read } from "./json.ts";
import type { Redaction } from "./redaction.ts";

/** How values are read before they are written, by the name of their field. */
export type Serializers = Readonly<Record<string, ((value: unknown) => unknown) | undefined>>;

/** Fields that only the logger itself writes. A caller's of the same name gets a `_` behind it: no line can be forged. */
const reserved: ReadonlySet<string> = new Set(
  Object.values(logFields).filter((name) => name !== logFields.component),
);

const nameOf = (key: string) => (reserved.has(key) ? `${key}_` : key);

/** The fields that a logger adds to each of its lines. */
export class Bindings {
  /** The rules by which they were written. */
  readonly redaction: Redaction;
  /** As they stand in a line, each with a comma before it. */
  readonly json: string;
  readonly #byName: ReadonlyMap<string, string>;

  constructor(redaction: Redaction, byName: ReadonlyMap<string, string> = new Map()) {
    this.redaction = redaction;
    this.#byName = byName;
    this.json = withCommas(byName.values());
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** These and more, which count before these. Throws when the names of the fields cannot be read. */
  with(given: object, serializers: Serializers): Bindings {
    const byName = new Map(this.#byName);
    const way = descent();
    const fields = named(given);
    for (const key of Object.keys(fields)) {
      const exhausted = isExhausted(way);
      const name = nameOf(key);
      const value = valueOf(fields, key, serializers, way);
      const property = propertyJson(name, value, this.redaction.root, way);
      if (property !== undefined) byName.set(name, property);
      if (exhausted) break;
    }
    return new Bindings(this.redaction, byName);
  }

  /** The same by other rules. What was hidden stays so. */
  under(redaction: Redaction): Bindings {
    if (redaction === this.redaction) return this;
    return new Bindings(redaction).with(this.toObject(), {});
  }

  /** As they stand in a line that has fields of these names itself. */
  jsonWithout(names: readonly string[]): string {
    const byName = new Map(this.#byName);
    for (const name of names) byName.delete(name);
    return withCommas(byName.values());
  }

  toObject(): Record<string, unknown> {
    return JSON.parse(`{${this.json.slice(1)}}`) as Record<string, unknown>;
  }
}

/**
 * All of a line after its head: a logger's bindings, a call's fields, and the message, which a field `msg` stands in for.
 * Throws when the names of the fields cannot be read.
 */
export function bodyOf(
  bindings: Bindings,
  given: object,
  serializers: Serializers,
  message: unknown,
): string {
  const { root } = bindings.redaction;
  const way = descent();
  const fields = named(given);
  let said = message;
  let json = "";
  let overridden: string[] | undefined;
  for (const key of Object.keys(fields)) {
    const exhausted = isExhausted(way);
    const value = valueOf(fields, key, serializers, way);
    if (key === logFields.message && said === undefined) {
      said = value;
      continue;
    }
    const name = nameOf(key);
    const property = propertyJson(name, value, root, way);
    if (property === undefined) continue;
    json += `,${property}`;
    if (bindings.has(name)) (overridden ??= []).push(name);
    if (exhausted) break;
  }
  const text = propertyJson(logFields.message, said, root, descent());
  const bound = overridden ? bindings.jsonWithout(overridden) : bindings.json;
  return text === undefined ? `${bound}${json}}\n` : `${bound}${json},${text}}\n`;
}

/** Fields under their names; what has none, such as a list, is one itself. */
function named(fields: unknown): object {
  if (typeof fields !== "object" || fields === null) return {};
  return Array.isArray(fields) || ArrayBuffer.isView(fields) ? { items: fields } : fields;
}

function valueOf(fields: object, key: string, serializers: Serializers, way: Descent): unknown {
  if (isExhausted(way)) return "(truncated)";
  const value = read(fields, key);
  const serialize = serializers[key];
  if (!serialize) return value;
  try {
    return serialize(value);
  } catch {
    return "(unreadable)";
  }
}

function withCommas(properties: Iterable<string>): string {
  let text = "";
  for (const property of properties) text += `,${property}`;
  return text;
}
