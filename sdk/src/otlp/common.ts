import type { Scope } from "../delivery/record.ts";
import { boundedText, plainValue, readProperty } from "./plain.ts";
import { encodeMessage, type ProtobufWriter } from "./writer.ts";

export { boundedText, valueLimits } from "./plain.ts";

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

/** Writes one `KeyValue`. Never throws. */
export function writeKeyValue(writer: ProtobufWriter, field: number, key: string, value: unknown): void {
  const mark = writer.begin(field);
  writer.stringField(1, boundedText(key));
  writeAnyValue(writer, 2, value);
  writer.end(mark);
}

/** Writes any JavaScript value as `AnyValue`, within the limits and with the replacements of `plainValue`. Never throws. */
export function writeAnyValue(writer: ProtobufWriter, field: number, value: unknown): void {
  writePlain(writer, field, plainValue(value));
}

/** Whole numbers of 64 bits become integers, all others doubles; `null` and `undefined` no value. */
function writePlain(writer: ProtobufWriter, field: number, value: unknown): void {
  const mark = writer.begin(field);
  switch (typeof value) {
    case "string":
      writer.stringField(1, value);
      break;
    case "boolean":
      writer.boolField(2, value);
      break;
    case "number":
      if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63) writer.int64Field(3, value);
      else writer.doubleField(4, value);
      break;
    case "bigint":
      writer.int64Field(3, value);
      break;
    case "object":
      if (value !== null) writePlainObject(writer, value);
  }
  writer.end(mark);
}

function writePlainObject(writer: ProtobufWriter, value: object): void {
  if (value instanceof Uint8Array) return writer.bytesField(7, value);
  const mark = writer.begin(Array.isArray(value) ? 5 : 6);
  if (Array.isArray(value)) {
    for (const item of value) writePlain(writer, 1, item);
  } else {
    for (const [key, one] of Object.entries(value)) writePlainProperty(writer, key, one);
  }
  writer.end(mark);
}

function writePlainProperty(writer: ProtobufWriter, key: string, value: unknown): void {
  const mark = writer.begin(1);
  writer.stringField(1, key);
  writePlain(writer, 2, value);
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
