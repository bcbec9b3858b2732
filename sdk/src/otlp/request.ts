import type { Scope, TelemetryRecord } from "../delivery/record.ts";
import { encodeScope } from "./common.ts";

/**
 * A request with these records, those of one scope together. The requests of the three signals have the same shape and field
 * numbers down to the record: the resource's part (1) in the request; the resource (1) and the scopes' parts (2) in that; the
 * scope (1) and the records (2) in those.
 * Source: opentelemetry/proto/collector/{trace,metrics,logs}/v1 and opentelemetry/proto/{trace,metrics,logs}/v1
 */
export function encodeRequest(resource: Uint8Array, records: readonly TelemetryRecord[]): Uint8Array {
  const parts = byScope(records);
  let length = framed(resource.length);
  for (const part of parts) length += framed(part.length);

  const request = new Frames(framed(length));
  request.header(1, length);
  request.field(1, resource);
  for (const part of parts) {
    request.header(2, part.length);
    request.field(1, part.scope);
    for (const record of part.records) request.field(2, record);
  }
  return request.bytes;
}

interface ScopePart {
  readonly scope: Uint8Array;
  readonly records: Uint8Array[];
  /** Of all that is in the part. */
  length: number;
}

function byScope(records: readonly TelemetryRecord[]): Iterable<ScopePart> {
  const parts = new Map<Scope, ScopePart>();
  let last: Scope | undefined;
  let part: ScopePart | undefined;
  for (const { scope, bytes } of records) {
    if (!part || scope !== last) {
      last = scope;
      part = parts.get(scope);
      if (!part) {
        const encoded = encodeScope(scope);
        part = { scope: encoded, records: [], length: framed(encoded.length) };
        parts.set(scope, part);
      }
    }
    part.records.push(bytes);
    part.length += framed(bytes.length);
  }
  return [...parts.values()];
}

/** Length of a field with so many bytes, its tag (one byte) and length in front. */
const framed = (length: number) =>
  1 + (length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : 4) + length;

/** Length-delimited fields, one after the other, in a buffer that they fill exactly. */
class Frames {
  readonly bytes: Buffer;
  #position = 0;

  constructor(length: number) {
    this.bytes = Buffer.allocUnsafeSlow(length);
  }

  header(field: number, length: number): void {
    this.bytes[this.#position++] = (field << 3) | 2;
    let rest = length;
    while (rest > 0x7f) {
      this.bytes[this.#position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.#position++] = rest;
  }

  field(field: number, bytes: Uint8Array): void {
    this.header(field, bytes.length);
    this.bytes.set(bytes, this.#position);
    this.#position += bytes.length;
  }
}
