/** Shorter texts are written by a loop: the call into native code would cost more. */
const loopLength = 48;

const initialBytes = 16 * 1024;
/** A buffer that one huge message made grow beyond this is given back. */
const keptBytes = 256 * 1024;

const varint = 0;
const fixed64 = 1;
const lengthDelimited = 2;
const fixed32 = 5;

/**
 * Writes protobuf messages into one buffer, which it keeps and lets grow. What it is told to write it writes: whoever calls
 * leaves out what has its default value, and knows where a zero counts (in a `oneof`).
 * Source: https://protobuf.dev/programming-guides/encoding/
 */
export class ProtobufWriter {
  #buffer: Buffer = Buffer.allocUnsafeSlow(initialBytes);
  #view = new DataView(this.#buffer.buffer);
  #position = 0;

  /** Bytes written since the start. */
  get length(): number {
    return this.#position;
  }

  /** `uint32`, an enum, or any whole number from 0 to 2^32 - 1. */
  uint32Field(field: number, value: number): void {
    this.#reserve(16);
    this.#tag(field, varint);
    this.#varint32(value);
  }

  /** `int64` or `uint64` as a varint; a number must be a whole one, a bigint is taken modulo 2^64. */
  int64Field(field: number, value: number | bigint): void {
    this.#reserve(16);
    this.#tag(field, varint);
    if (typeof value === "bigint") {
      this.#varint64(Number(value & 0xffffffffn), Number((value >> 32n) & 0xffffffffn));
    } else if (value >= 0 && value <= 0xffffffff) {
      this.#varint32(value);
    } else {
      this.#varint64(value >>> 0, Math.floor(value / 0x1_0000_0000) >>> 0);
    }
  }

  boolField(field: number, value: boolean): void {
    this.uint32Field(field, value ? 1 : 0);
  }

  fixed32Field(field: number, value: number): void {
    this.#reserve(16);
    this.#tag(field, fixed32);
    this.#view.setUint32(this.#position, value, true);
    this.#position += 4;
  }

  /** `fixed64` or `sfixed64`; a number must be a whole one, a bigint is taken modulo 2^64. */
  fixed64Field(field: number, value: number | bigint): void {
    this.#reserve(16);
    this.#tag(field, fixed64);
    this.#fixed64(value);
  }

  /** A time as OTLP has it, nanoseconds since the epoch. What lies before the epoch or is no number becomes 0. */
  timeField(field: number, seconds: number, nanoseconds: number): void {
    this.#reserve(16);
    this.#tag(field, fixed64);
    const valid = seconds >= 0 && seconds < 0x4_0000_0000 && nanoseconds >= 0 && nanoseconds < 2 ** 40;
    // seconds * 10^9 has more than 53 bits: multiplied by halves.
    const whole = valid ? Math.floor(seconds) : 0;
    const lower = valid ? (whole % 0x1_0000) * 1e9 + Math.floor(nanoseconds) : 0;
    const upper = Math.floor(whole / 0x1_0000) * 1e9 + Math.floor(lower / 0x1_0000);
    this.#view.setUint32(this.#position, (upper % 0x1_0000) * 0x1_0000 + (lower % 0x1_0000), true);
    this.#view.setUint32(this.#position + 4, Math.floor(upper / 0x1_0000), true);
    this.#position += 8;
  }

  doubleField(field: number, value: number): void {
    this.#reserve(16);
    this.#tag(field, fixed64);
    this.#view.setFloat64(this.#position, value, true);
    this.#position += 8;
  }

  /** `repeated fixed64` or `repeated sfixed64`, packed; whole numbers. */
  packedFixed64Field(field: number, values: readonly (number | bigint)[]): void {
    this.#reserve(16 + values.length * 8);
    this.#tag(field, lengthDelimited);
    this.#varint32(values.length * 8);
    for (const value of values) this.#fixed64(value);
  }

  /** `repeated double`, packed. */
  packedDoubleField(field: number, values: readonly number[]): void {
    this.#reserve(16 + values.length * 8);
    this.#tag(field, lengthDelimited);
    this.#varint32(values.length * 8);
    for (const value of values) {
      this.#view.setFloat64(this.#position, value, true);
      this.#position += 8;
    }
  }

  /** UTF-8; a lone surrogate becomes U+FFFD. */
  stringField(field: number, text: string): void {
    this.#reserve(16 + text.length * 3);
    this.#tag(field, lengthDelimited);
    if (text.length >= loopLength || !this.#shortAscii(text)) this.#utf8(text);
  }

  bytesField(field: number, bytes: Uint8Array): void {
    this.#reserve(16 + bytes.length);
    this.#tag(field, lengthDelimited);
    this.#varint32(bytes.length);
    this.#buffer.set(bytes, this.#position);
    this.#position += bytes.length;
  }

  /** Bytes given as hexadecimal digits, as trace and span ids are. What is no such text is written as no bytes. */
  hexField(field: number, hex: string): void {
    this.#reserve(16 + hex.length);
    this.#tag(field, lengthDelimited);
    const start = this.#position;
    const bytes = hex.length >> 1;
    this.#varint32(bytes);
    for (let i = 0; i < hex.length; i += 2) {
      const high = hexDigits[hex.charCodeAt(i)];
      const low = hexDigits[hex.charCodeAt(i + 1)];
      if (high === undefined || low === undefined || (high | low) > 15) {
        this.#position = start;
        this.#varint32(0);
        return;
      }
      this.#buffer[this.#position++] = (high << 4) | low;
    }
  }

  /** Begins a nested message; `end` takes what this returns. */
  begin(field: number): number {
    this.#reserve(16);
    this.#tag(field, lengthDelimited);
    // Most nested messages are shorter than 128 bytes: one byte is left for their length, and longer ones are moved.
    this.#position++;
    return this.#position;
  }

  end(mark: number): void {
    const length = this.#position - mark;
    if (length < 0x80) {
      this.#buffer[mark - 1] = length;
      return;
    }
    const more = varintBytes(length) - 1;
    this.#reserve(more);
    this.#buffer.copyWithin(mark + more, mark, this.#position);
    this.#position = mark - 1;
    this.#varint32(length);
    this.#position += length;
  }

  /** Forgets what was written after the first `length` bytes. */
  rewind(length: number): void {
    this.#position = length;
    if (length === 0 && this.#buffer.length > keptBytes) this.#resize(initialBytes);
  }

  /** The message, in memory of its own (maybe a part of a larger `ArrayBuffer`). The writer is empty then. */
  finish(): Uint8Array {
    const bytes = Buffer.allocUnsafe(this.#position);
    this.#buffer.copy(bytes, 0, 0, this.#position);
    this.rewind(0);
    return bytes;
  }

  #reserve(bytes: number): void {
    const needed = this.#position + bytes;
    if (needed > this.#buffer.length) this.#resize(Math.max(needed, this.#buffer.length * 2));
  }

  #resize(bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(bytes);
    this.#buffer.copy(larger, 0, 0, this.#position);
    this.#buffer = larger;
    this.#view = new DataView(larger.buffer);
  }

  #tag(field: number, wireType: number): void {
    this.#varint32((field << 3) | wireType);
  }

  #varint32(value: number): void {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.#buffer[this.#position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#buffer[this.#position++] = rest;
  }

  #varint64(low: number, high: number): void {
    while (high !== 0) {
      this.#buffer[this.#position++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.#varint32(low);
  }

  #fixed64(value: number | bigint): void {
    if (typeof value === "bigint") {
      this.#view.setBigUint64(this.#position, value, true);
    } else {
      this.#view.setUint32(this.#position, value, true);
      this.#view.setUint32(this.#position + 4, Math.floor(value / 0x1_0000_0000), true);
    }
    this.#position += 8;
  }

  /** False, with nothing written, when the text is not ASCII. */
  #shortAscii(text: string): boolean {
    const start = this.#position;
    this.#buffer[start] = text.length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return false;
      this.#buffer[start + 1 + i] = code;
    }
    this.#position = start + 1 + text.length;
    return true;
  }

  #utf8(text: string): void {
    // The length is known afterwards only: room is left for that of an ASCII text, and corrected when it does not suffice.
    const start = this.#position;
    const room = varintBytes(text.length);
    const length = this.#buffer.write(text, start + room);
    const more = varintBytes(length) - room;
    if (more > 0) this.#buffer.copyWithin(start + room + more, start + room, start + room + length);
    this.#varint32(length);
    this.#position += length;
  }
}

const varintBytes = (value: number) =>
  value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5;

/** Value of a hexadecimal digit by its character's code; 255 for any other. */
const hexDigits = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? 255 : value;
});

let idle: ProtobufWriter | undefined;

/**
 * The message that `write` writes of `value`. One writer serves all calls but those that a value's own code makes while it
 * is being written. Throws what `write` throws.
 */
export function encodeMessage<Value>(
  value: Value,
  write: (writer: ProtobufWriter, value: Value) => void,
): Uint8Array {
  const writer = idle ?? new ProtobufWriter();
  idle = undefined;
  try {
    write(writer, value);
    return writer.finish();
  } finally {
    writer.rewind(0);
    idle = writer;
  }
}
