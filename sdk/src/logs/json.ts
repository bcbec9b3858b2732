import { types } from "node:util";
import { boundedText, valueLimits } from "../otlp/plain.ts";
import { type Place, redacted } from "./redaction.ts";
import { quoted } from "./text.ts";

/** Of a line's fields together, in UTF-16 code units; the value that reaches it is still written. */
const mostCharacters = 64 * 1024;

const circular = '"(circular)"';
const truncated = '"(truncated)"';
const unreadable = '"(unreadable)"';
const hidden = `"${redacted}"`;

/** What is known on the way down into a line's fields. */
export interface Descent {
  /** The objects that the present value is in. */
  readonly ancestors: object[];
  /** Values begun. */
  items: number;
  /** UTF-16 code units written. */
  characters: number;
}

export const descent = (): Descent => ({ ancestors: [], items: 0, characters: 0 });

/**
 * Any value as JSON on one line, without what is to be hidden; `undefined` for what JSON has nothing for. It is bounded in
 * depth, number of values and length, and says where something was left out. Each property is read once. Never throws.
 */
export function jsonOf(value: unknown, place: Place, way: Descent): string | undefined {
  way.items++;
  switch (typeof value) {
    case "string": {
      const text = quoted(boundedText(value));
      way.characters += text.length;
      return text;
    }
    case "number":
      return Number.isFinite(value) ? `${value}` : "null";
    case "boolean":
      return value ? "true" : "false";
    case "bigint":
      // The digits of a huge one take seconds to find.
      return BigInt.asIntN(1024, value) === value ? `"${value}"` : truncated;
    case "object":
      return value === null ? "null" : objectJson(value, place, way);
    default:
      return undefined;
  }
}

/** The property `key` as JSON, its key included; `undefined` when there is nothing to write. */
export function propertyJson(key: string, value: unknown, place: Place, way: Descent): string | undefined {
  const step = place.step(key);
  const json = step.hidden ? hiddenJson(value, way) : jsonOf(value, step.place, way);
  if (json === undefined) return undefined;
  way.characters += step.label.length;
  return step.label + json;
}

/** Whether there is nothing to hide is told. */
function hiddenJson(value: unknown, way: Descent): string | undefined {
  way.items++;
  return value === undefined ? undefined : value === null ? "null" : hidden;
}

export const isExhausted = (way: Descent): boolean =>
  way.items >= valueLimits.items || way.characters >= mostCharacters;

/** A property, or a text that says that it cannot be read. */
export function read(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key];
  } catch {
    return "(unreadable)";
  }
}

function objectJson(value: object, place: Place, way: Descent): string | undefined {
  if (way.ancestors.includes(value)) return circular;
  if (way.ancestors.length >= valueLimits.depth) return truncated;
  way.ancestors.push(value);
  try {
    return contentsJson(value, place, way);
  } catch {
    return unreadable;
  } finally {
    way.ancestors.pop();
  }
}

function contentsJson(value: object, place: Place, way: Descent): string | undefined {
  if (Array.isArray(value)) return listJson(value, place, way);
  if (types.isNativeError(value) || value instanceof Error) return errorJson(value, place, way);
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return `"(${value.byteLength} bytes)"`;
  if (types.isMap(value)) return entriesJson(value, place, way);
  if (types.isSet(value)) return listJson(value, place, way);
  const toJSON = read(value, "toJSON");
  if (typeof toJSON === "function") {
    const plain: unknown = toJSON.call(value, "");
    if (plain !== value) return jsonOf(plain, place, way);
  }
  return propertiesJson(value, Object.keys(value), place, way);
}

function listJson(list: Iterable<unknown>, place: Place, way: Descent): string {
  let text = "";
  let index = 0;
  for (const value of list) {
    if (index > 0) text += ",";
    if (isExhausted(way)) {
      text += truncated;
      break;
    }
    const step = place.step(index++);
    text += (step.hidden ? hiddenJson(value, way) : jsonOf(value, step.place, way)) ?? "null";
  }
  return `[${text}]`;
}

function propertiesJson(object: object, keys: Iterable<string>, place: Place, way: Descent): string {
  let text = "";
  for (const key of keys) {
    const exhausted = isExhausted(way);
    const property = propertyJson(key, exhausted ? "(truncated)" : read(object, key), place, way);
    if (property !== undefined) text += text === "" ? property : `,${property}`;
    if (exhausted) break;
  }
  return `{${text}}`;
}

function entriesJson(entries: ReadonlyMap<unknown, unknown>, place: Place, way: Descent): string {
  let text = "";
  for (const [key, value] of entries) {
    const exhausted = isExhausted(way);
    const property = propertyJson(boundedText(key), exhausted ? "(truncated)" : value, place, way);
    if (property !== undefined) text += text === "" ? property : `,${property}`;
    if (exhausted) break;
  }
  return `{${text}}`;
}

/** An error with all that it carries, most of which JSON.stringify would not show. */
function errorJson(error: Error, place: Place, way: Descent): string {
  const type = propertyJson("type", errorType(error), place, way);
  const keys = new Set(["message", "stack", ...Object.keys(error), "cause", "errors"]);
  keys.delete("type");
  const properties = propertiesJson(error, keys, place, way);
  return properties === "{}" ? `{${type}}` : `{${type},${properties.slice(1)}`;
}

function errorType(error: Error): string {
  const { constructor } = error;
  return typeof constructor === "function" && constructor.name !== "" ? constructor.name : String(error.name);
}
