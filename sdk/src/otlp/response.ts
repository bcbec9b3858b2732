/** What a backend says of a request that it took, or refused. */
export interface Response {
  /** Items that it refused of those that were sent. */
  readonly rejected: number;
  /** Why, or a warning when it refused none. */
  readonly message: string;
}

const nothingSaid: Response = { rejected: 0, message: "" };

/**
 * Reads `Export{Trace,Metrics,Logs}ServiceResponse`, which differ in the name of one JSON field only. An empty body is an
 * answer without a word. `undefined`: whoever answered is no OTLP backend.
 * Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
 */
export function readResponse(contentType: string, body: Uint8Array): Response | undefined {
  try {
    if (body.length === 0) return isOtlp(contentType) || contentType === "" ? nothingSaid : undefined;
    if (isProtobuf(contentType)) return fromProtobuf(body);
    if (isJson(contentType)) return fromJson(JSON.parse(text.decode(body)));
  } catch {
    // Not what its content type says.
  }
  return undefined;
}

/** The message in a refusal, of whatever form: `google.rpc.Status`, JSON or text. Empty if it has none. */
export function readRefusal(contentType: string, body: Uint8Array): string {
  try {
    if (isProtobuf(contentType)) return textOf(fieldsOf(body).get(2));
    if (isJson(contentType)) return messageIn(JSON.parse(text.decode(body)));
  } catch {
    // Read as text.
  }
  return /^text\/html/i.test(contentType) ? "" : text.decode(body).trim();
}

const text = new TextDecoder();
const isProtobuf = (contentType: string) => /^application\/(x-)?protobuf\b/i.test(contentType);
const isJson = (contentType: string) => /^application\/json\b/i.test(contentType);
const isOtlp = (contentType: string) => isProtobuf(contentType) || isJson(contentType);

function fromProtobuf(body: Uint8Array): Response {
  const partialSuccess = fieldsOf(body).get(1);
  if (partialSuccess === undefined) return nothingSaid;
  const fields = fieldsOf(bytesOf(partialSuccess));
  const rejected = fields.get(1) ?? 0n;
  if (typeof rejected !== "bigint") throw new Error("rejected_… is no number");
  return { rejected: Number(BigInt.asIntN(64, rejected)), message: textOf(fields.get(2)) };
}

function fromJson(json: unknown): Response {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw new Error("not an object");
  const partialSuccess = (json as Record<string, unknown>)["partialSuccess"];
  if (typeof partialSuccess !== "object" || partialSuccess === null) return nothingSaid;
  const { errorMessage, ...counts } = partialSuccess as Record<string, unknown>;
  const rejected = Number(
    counts["rejectedSpans"] ?? counts["rejectedDataPoints"] ?? counts["rejectedLogRecords"] ?? 0,
  );
  return {
    rejected: Number.isFinite(rejected) ? rejected : 0,
    message: typeof errorMessage === "string" ? errorMessage : "",
  };
}

function messageIn(json: unknown): string {
  if (typeof json === "string") return json;
  const { message, error } = json as Record<string, unknown>;
  return String(message ?? error ?? "");
}

/** The last value of each field: a varint, or the bytes of what is length-delimited. Other types are passed over. */
function fieldsOf(message: Uint8Array): Map<number, bigint | Uint8Array> {
  const fields = new Map<number, bigint | Uint8Array>();
  let position = 0;
  const skip = (length: number) => {
    if (position + length > message.length) throw new Error("The message ends too early");
    position += length;
    return position - length;
  };
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[skip(1)] as number;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new Error("A varint is longer than ten bytes");
  };
  while (position < message.length) {
    const tag = Number(varint());
    const field = Math.floor(tag / 8);
    if (field === 0) throw new Error("There is no field 0");
    switch (tag % 8) {
      case 0:
        fields.set(field, varint());
        break;
      case 1:
        skip(8);
        break;
      case 2: {
        const length = Number(varint());
        fields.set(field, message.subarray(skip(length), position));
        break;
      }
      case 5:
        skip(4);
        break;
      default:
        throw new Error("There is no such wire type in OTLP");
    }
  }
  return fields;
}

function bytesOf(value: bigint | Uint8Array): Uint8Array {
  if (typeof value === "bigint") throw new Error("Not a message");
  return value;
}

const textOf = (value: bigint | Uint8Array | undefined) =>
  value instanceof Uint8Array ? text.decode(value) : "";
