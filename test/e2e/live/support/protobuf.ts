type Scalar = "text" | "hex" | "enum" | "fixed64" | "double";
/** By the field's name in JSON: its number, and its type or the name of its message. */
type Fields = Record<string, [number: number, type: Scalar | (string & {})]>;

/** What of OTLP's messages is written here. Source: https://github.com/open-telemetry/opentelemetry-proto */
const messages: Record<string, Fields> = {
  Request: {
    resourceSpans: [1, "ResourceSpans"],
    resourceLogs: [1, "ResourceLogs"],
    resourceMetrics: [1, "ResourceMetrics"],
  },
  ResourceSpans: { resource: [1, "Resource"], scopeSpans: [2, "ScopeSpans"] },
  ResourceLogs: { resource: [1, "Resource"], scopeLogs: [2, "ScopeLogs"] },
  ResourceMetrics: { resource: [1, "Resource"], scopeMetrics: [2, "ScopeMetrics"] },
  Resource: { attributes: [1, "KeyValue"] },
  ScopeSpans: { scope: [1, "Scope"], spans: [2, "Span"] },
  ScopeLogs: { scope: [1, "Scope"], logRecords: [2, "LogRecord"] },
  ScopeMetrics: { scope: [1, "Scope"], metrics: [2, "Metric"] },
  Scope: { name: [1, "text"], attributes: [3, "KeyValue"] },
  Span: {
    traceId: [1, "hex"],
    spanId: [2, "hex"],
    name: [5, "text"],
    kind: [6, "enum"],
    startTimeUnixNano: [7, "fixed64"],
    endTimeUnixNano: [8, "fixed64"],
    attributes: [9, "KeyValue"],
  },
  LogRecord: { timeUnixNano: [1, "fixed64"], body: [5, "AnyValue"], attributes: [6, "KeyValue"] },
  Metric: { name: [1, "text"], gauge: [5, "Gauge"] },
  Gauge: { dataPoints: [1, "NumberDataPoint"] },
  NumberDataPoint: { timeUnixNano: [3, "fixed64"], asDouble: [4, "double"], attributes: [7, "KeyValue"] },
  KeyValue: { key: [1, "text"], value: [2, "AnyValue"] },
  AnyValue: { stringValue: [1, "text"] },
};

/** A request of OTLP in JSON as protobuf. Throws when it has a field of which the table above does not know. */
export const protobufOf = (request: object): Buffer => encode("Request", request);

function encode(message: string, value: object): Buffer {
  const parts = Object.entries(value).flatMap(([name, content]: [string, unknown]) => {
    const [number, type] = messages[message]?.[name] ?? [];
    if (!number || !type) throw new Error(`${message}.${name} is not in the table`);
    const items: unknown[] = Array.isArray(content) ? content : [content];
    return items.map((item) => field(number, type, item));
  });
  return Buffer.concat(parts);
}

/** Source: https://protobuf.dev/programming-guides/encoding/ */
function field(number: number, type: string, value: unknown): Buffer {
  const tag = (wireType: number) => varint((number << 3) | wireType);
  const delimited = (bytes: Buffer) => Buffer.concat([tag(2), varint(bytes.length), bytes]);
  const eight = Buffer.alloc(8);
  switch (type) {
    case "text":
      return delimited(Buffer.from(String(value)));
    case "hex":
      return delimited(Buffer.from(String(value), "hex"));
    case "enum":
      return Buffer.concat([tag(0), varint(Number(value))]);
    case "fixed64":
      eight.writeBigUInt64LE(BigInt(String(value)));
      return Buffer.concat([tag(1), eight]);
    case "double":
      eight.writeDoubleLE(Number(value));
      return Buffer.concat([tag(1), eight]);
    default:
      return delimited(encode(type, value as object));
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 0x7f; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return Buffer.from([...bytes, value]);
}
