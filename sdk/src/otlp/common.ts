import type { Scope } from "../delivery/record.ts";
import { encodeMessage, type ProtobufWriter } from "./writer.ts";

/** Bounds of what one value may take. Nothing that an app records can make a message grow past them. */
export const valueLimits = {
  /** Of a text, in UTF-16 code units, and of a byte array. */
  textLength: 16 * 1024,
  /** Of lists in lists in …. */
  depth: 8,
  /** Of all values that a value is made of. */
  items: 1_000,
  /** Of a value that is made of others, in bytes as encoded; the text that reaches it is still written. */
  bytes: 64 * 1024,
} as const;

/**
 * Writes attributes as `repeated KeyValue`; those that are `undefined`, and what cannot be enumerated, are left out.
 * Never throws. Source: opentelemetry/proto/common/v1/common.proto
 */
export function writeAttributes(
  writer: ProtobufWriter,
  field: number,
  attributes: Readonly<Record<string, unknown>>,
): void {
  try {
    for (const key in attributes) {
      if (!Object.hasOwn(attributes, key)) continue;
      const value = readProperty(attributes, key);
      if (value !== undefined) writeKeyValue(writer, field, key, value);
    }
  } catch {
    // A proxy's trap threw between two attributes: what was written is whole.
  }
}

/** Writes one `KeyValue`. */
export function writeKeyValue(writer: ProtobufWriter, field: number, key: string, value: unknown): void {
  const mark = writer.begin(field);
  writer.stringField(1, boundedText(key));
  writeAnyValue(writer, 2, value);
  writer.end(mark);
}

/**
 * Writes any JavaScript value as `AnyValue`: whole numbers and bigints of 64 bits as integers, other numbers as doubles;
 * arrays, typed arrays and objects as lists; `null` and `undefined` as no value; what OTLP has nothing for as a text.
 * What cannot be read, leads back to itself or is too large is replaced by a text that says so. Never throws.
 */
export function writeAnyValue(writer: ProtobufWriter, field: number, value: unknown): void {
  const mark = writer.begin(field);
  if (typeof value === "object" && value !== null) {
    writeObject(writer, value, { ancestors: [], items: 0, start: mark });
  } else {
    writePrimitive(writer, value);
  }
  writer.end(mark);
}

/** The message `Resource`. */
export const encodeResource = (attributes: Readonly<Record<string, unknown>>): Uint8Array =>
  encodeMessage(attributes, writeResource);

function writeResource(writer: ProtobufWriter, attributes: Readonly<Record<string, unknown>>): void {
  writeAttributes(writer, 1, attributes);
}

/** The message `InstrumentationScope`. */
export const encodeScope = (scope: Scope): Uint8Array => encodeMessage(scope, writeScope);

function writeScope(writer: ProtobufWriter, { name, version }: Scope): void {
  writer.stringField(1, boundedText(name));
  if (version) writer.stringField(2, boundedText(version));
}

const unreadable = "(unreadable)";
const circular = "(circular)";
const truncated = "(truncated)";
const truncationMark = "… (truncated)";

/**
 * A text as it is sent: cut at `valueLimits.textLength`, and marked as such; anything else as the text that JavaScript
 * makes of it. Never throws.
 */
export function boundedText(value: unknown): string {
  if (typeof value === "string" && value.length <= valueLimits.textLength) return value;
  let text = unreadable;
  try {
    text = String(value);
  } catch {
    // Its toString threw.
  }
  if (text.length <= valueLimits.textLength) return text;
  const cut = valueLimits.textLength - truncationMark.length;
  return text.slice(0, isHighSurrogate(text.charCodeAt(cut - 1)) ? cut - 1 : cut) + truncationMark;
}

const isHighSurrogate = (code: number) => code >= 0xd800 && code <= 0xdbff;

function writePrimitive(writer: ProtobufWriter, value: unknown): void {
  switch (typeof value) {
    case "string":
      writer.stringField(1, boundedText(value));
      break;
    case "boolean":
      writer.boolField(2, value);
      break;
    case "number":
      if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63) writer.int64Field(3, value);
      else writer.doubleField(4, value);
      break;
    case "bigint":
      if (BigInt.asIntN(64, value) === value) writer.int64Field(3, value);
      // The digits of a huge one take seconds to find.
      else writer.stringField(1, BigInt.asIntN(1024, value) === value ? `${value}` : truncated);
      break;
    case "symbol":
    case "function":
      writer.stringField(1, boundedText(value));
  }
}

/** What is known on the way down in a value that is made of others. */
interface Descent {
  /** The objects that the present one is in. */
  readonly ancestors: object[];
  /** Values begun. */
  items: number;
  /** Where in the message the whole begins. */
  readonly start: number;
}

function writeObject(writer: ProtobufWriter, value: object, descent: Descent): void {
  if (descent.ancestors.includes(value)) return writer.stringField(1, circular);
  if (descent.ancestors.length >= valueLimits.depth) return writer.stringField(1, truncated);
  const start = writer.length;
  descent.ancestors.push(value);
  try {
    writeContents(writer, value, descent);
  } catch {
    writer.rewind(start);
    writer.stringField(1, unreadable);
  }
  descent.ancestors.pop();
}

function writeContents(writer: ProtobufWriter, value: object, descent: Descent): void {
  if (value instanceof Uint8Array) {
    if (value.length <= valueLimits.textLength) writer.bytesField(7, value);
    else writer.stringField(1, `(${value.length} bytes)`);
  } else if (Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value)) {
    writeList(writer, value as ArrayLike<unknown>, descent);
  } else if (value instanceof Date) {
    writer.stringField(1, value.toISOString());
  } else if (value instanceof Error) {
    writer.stringField(1, boundedText(`${value.name}: ${value.message}`));
  } else {
    writeProperties(writer, value as Readonly<Record<string, unknown>>, descent);
  }
}

/** `ArrayValue` */
function writeList(writer: ProtobufWriter, list: ArrayLike<unknown>, descent: Descent): void {
  const mark = writer.begin(5);
  for (let i = 0; i < list.length; i++) {
    const exhausted = isExhausted(writer, descent);
    writeElement(writer, 1, exhausted ? truncated : list[i], descent);
    if (exhausted) break;
  }
  writer.end(mark);
}

/** `KeyValueList` */
function writeProperties(
  writer: ProtobufWriter,
  object: Readonly<Record<string, unknown>>,
  descent: Descent,
): void {
  const mark = writer.begin(6);
  for (const key in object) {
    if (!Object.hasOwn(object, key)) continue;
    const exhausted = isExhausted(writer, descent);
    const value = exhausted ? truncated : readProperty(object, key);
    if (value === undefined) continue;
    const property = writer.begin(1);
    writer.stringField(1, boundedText(key));
    writeElement(writer, 2, value, descent);
    writer.end(property);
    if (exhausted) break;
  }
  writer.end(mark);
}

function writeElement(writer: ProtobufWriter, field: number, value: unknown, descent: Descent): void {
  descent.items++;
  const mark = writer.begin(field);
  if (typeof value === "object" && value !== null) writeObject(writer, value, descent);
  else writePrimitive(writer, value);
  writer.end(mark);
}

const isExhausted = (writer: ProtobufWriter, descent: Descent) =>
  descent.items >= valueLimits.items || writer.length - descent.start >= valueLimits.bytes;

function readProperty(object: Readonly<Record<string, unknown>>, key: string): unknown {
  try {
    return object[key];
  } catch {
    return unreadable;
  }
}
