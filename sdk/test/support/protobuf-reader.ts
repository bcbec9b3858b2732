import { messages, type MessageName, type Scalar } from "./otlp-schema.ts";

export const isMessage = (type: Scalar | MessageName): type is MessageName => type in messages;

const varint = 0;
const eightBytes = 1;
const lengthDelimited = 2;
const fourBytes = 5;

/** How each type is written. Source: https://protobuf.dev/programming-guides/encoding/#structure */
export const wireTypes = {
  string: lengthDelimited,
  bytes: lengthDelimited,
  hex: lengthDelimited,
  bool: varint,
  enum: varint,
  uint32: varint,
  sint32: varint,
  int64: varint,
  uint64: varint,
  fixed32: fourBytes,
  fixed64: eightBytes,
  sfixed64: eightBytes,
  double: eightBytes,
  lengthDelimited,
} as const satisfies Record<Scalar | "lengthDelimited", number>;

const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads protobuf, and throws at whatever is not well-formed. */
export class ProtobufReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get ended(): boolean {
    return this.#position >= this.#bytes.length;
  }

  tag(): { number: number; wireType: number } {
    const tag = Number(this.#varint());
    return { number: tag >>> 3, wireType: tag & 7 };
  }

  bytes(): Uint8Array {
    const length = Number(this.#varint());
    return this.#bytes.subarray(this.#skip(length), this.#position);
  }

  scalar(type: Scalar): string | Uint8Array | boolean | number | bigint {
    switch (type) {
      case "string":
        return text.decode(this.bytes());
      case "bytes":
        return Uint8Array.from(this.bytes());
      case "hex":
        return Buffer.from(this.bytes()).toString("hex");
      case "bool":
        return this.#varint() !== 0n;
      case "enum":
        return Number(BigInt.asIntN(32, this.#varint()));
      case "uint32":
        return Number(BigInt.asUintN(32, this.#varint()));
      case "sint32": {
        const zigzag = Number(BigInt.asUintN(32, this.#varint()));
        return (zigzag >>> 1) ^ -(zigzag & 1);
      }
      case "int64":
        return BigInt.asIntN(64, this.#varint());
      case "uint64":
        return this.#varint();
      case "fixed32":
        return this.#view.getUint32(this.#skip(4), true);
      case "fixed64":
        return this.#view.getBigUint64(this.#skip(8), true);
      case "sfixed64":
        return this.#view.getBigInt64(this.#skip(8), true);
      case "double":
        return this.#view.getFloat64(this.#skip(8), true);
    }
  }

  #varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#skip(1)] as number;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new Error("A varint is longer than ten bytes");
  }

  /** Where the next bytes begin. */
  #skip(length: number): number {
    const start = this.#position;
    if (start + length > this.#bytes.length) throw new Error(`The message ends ${length} bytes too early`);
    this.#position += length;
    return start;
  }
}

export function defaultOf(type: Scalar): string | Uint8Array | boolean | number | bigint {
  if (type === "string" || type === "hex") return "";
  if (type === "bytes") return new Uint8Array();
  if (type === "bool") return false;
  return type === "int64" || type === "uint64" || type === "fixed64" || type === "sfixed64" ? 0n : 0;
}

/** A value of OTLP's JSON: 64-bit integers are texts or numbers, bytes base64, ids hexadecimal digits. */
export function jsonScalar(type: Scalar, value: unknown): string | Uint8Array | boolean | number | bigint {
  const wanted = typeof defaultOf(type);
  if (wanted === "bigint" && (typeof value === "string" || typeof value === "number")) return BigInt(value);
  if (type === "bytes" && typeof value === "string") return Uint8Array.from(Buffer.from(value, "base64"));
  if (type === "double" && typeof value === "string") return Number(value);
  if (typeof value !== wanted) throw new Error(`${JSON.stringify(value)} is no ${type}`);
  return value as string | boolean | number;
}
