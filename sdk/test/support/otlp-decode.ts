import type { Signal } from "../../src/names/index.ts";
import { type Field, messages, type MessageName } from "./otlp-schema.ts";
import type { AnyValue, InstrumentationScope, KeyValue, Records, Requests, Resource } from "./otlp-types.ts";
import { defaultOf, isMessage, jsonScalar, ProtobufReader, wireTypes } from "./protobuf-reader.ts";

type Decoded = Record<string, unknown>;

const requestOf = { traces: "TracesRequest", metrics: "MetricsRequest", logs: "LogsRequest" } as const;

/** A request as it was sent: protobuf, or OTLP's JSON if `contentType` says so. Throws at anything that is not OTLP. */
export function decodeRequest<S extends Signal>(
  signal: S,
  body: Uint8Array,
  contentType = "application/x-protobuf",
): Requests[S] {
  const message = requestOf[signal];
  const decoded = contentType.startsWith("application/json")
    ? readJson(message, JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)))
    : decodeMessage(message, body);
  return decoded as unknown as Requests[S];
}

/** One record as it stands in a request: the message `Span`, `Metric` or `LogRecord`. */
export const decodeRecord = <S extends Signal>(signal: S, bytes: Uint8Array): Records[S] =>
  decodeMessage(({ traces: "Span", metrics: "Metric", logs: "LogRecord" } as const)[signal], bytes) as never;

export const decodeResource = (bytes: Uint8Array): Resource => decodeMessage("Resource", bytes) as never;

/** A record with what it was sent under. */
export interface Received<S extends Signal = Signal> {
  record: Records[S];
  scope: InstrumentationScope | undefined;
  resource: Resource | undefined;
}

const levels = {
  traces: ["resourceSpans", "scopeSpans", "spans"],
  metrics: ["resourceMetrics", "scopeMetrics", "metrics"],
  logs: ["resourceLogs", "scopeLogs", "logRecords"],
} as const;

/** All records of a request, in order. */
export function recordsOf<S extends Signal>(signal: S, request: Requests[S]): Received<S>[] {
  const [resources, scopes, records] = levels[signal];
  /* eslint-disable-next-line @typescript-eslint/no-explicit-any -- the three requests have one shape */
  return (request as any)[resources].flatMap((perResource: any) =>
    /* eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above */
    perResource[scopes].flatMap((perScope: any) =>
      perScope[records].map((record: Records[S]) => ({
        record,
        scope: perScope.scope,
        resource: perResource.resource,
      })),
    ),
  );
}

/** What `AnyValue` stands for: integers as bigint, doubles as number, no value as null. */
export function plainValue(value: AnyValue | undefined): unknown {
  if (!value) return null;
  if (value.arrayValue) return value.arrayValue.values.map(plainValue);
  if (value.kvlistValue) return plainAttributes(value.kvlistValue.values);
  return Object.values(value)[0] ?? null;
}

/** Attributes as an object. Throws when a key comes twice. */
export function plainAttributes(attributes: readonly KeyValue[]): Record<string, unknown> {
  const plain: Record<string, unknown> = Object.create(null);
  for (const { key, value } of attributes) {
    if (key in plain) throw new Error(`The attribute ${key} comes twice`);
    plain[key] = plainValue(value);
  }
  return { ...plain };
}

function decodeMessage(name: MessageName, bytes: Uint8Array): Decoded {
  const message = empty(name);
  const reader = new ProtobufReader(bytes);
  while (!reader.ended) {
    const { number, wireType } = reader.tag();
    const field = messages[name][number];
    if (!field) throw new Error(`${name} has no field ${number}`);
    readField(message, field, reader, wireType, `${name}.${field.name}`);
  }
  return message;
}

function readField(
  message: Decoded,
  field: Field,
  reader: ProtobufReader,
  wireType: number,
  path: string,
): void {
  const { name, type, label } = field;
  if (isMessage(type)) {
    if (wireType !== wireTypes.lengthDelimited) throw new Error(`${path} has wire type ${wireType}`);
    set(message, field, decodeMessage(type, reader.bytes()));
  } else if (label === "repeated" && wireType === wireTypes.lengthDelimited && type !== "string") {
    const packed = new ProtobufReader(reader.bytes());
    while (!packed.ended) (message[name] as unknown[]).push(packed.scalar(type));
  } else {
    if (wireType !== wireTypes[type]) throw new Error(`${path} has wire type ${wireType}`);
    set(message, field, reader.scalar(type));
  }
}

function readJson(name: MessageName, json: unknown): Decoded {
  if (typeof json !== "object" || json === null) throw new Error(`${name} is ${JSON.stringify(json)}`);
  const message = empty(name);
  const fields = new Map(Object.values(messages[name]).map((field) => [field.name, field]));
  for (const [key, value] of Object.entries(json)) {
    const field = fields.get(key);
    if (!field) throw new Error(`${name} has no field ${key}`);
    const { type, label } = field;
    const read = (one: unknown) => (isMessage(type) ? readJson(type, one) : jsonScalar(type, one));
    if (label !== "repeated") message[key] = read(value);
    else if (Array.isArray(value)) message[key] = value.map(read);
    else throw new Error(`${name}.${key} is no list`);
  }
  return message;
}

function empty(name: MessageName): Decoded {
  const message: Decoded = {};
  for (const { name: key, type, label } of Object.values(messages[name])) {
    if (label === "repeated") message[key] = [];
    else if (label !== "optional" && !isMessage(type)) message[key] = defaultOf(type);
  }
  return message;
}

function set(message: Decoded, { name, label }: Field, value: unknown): void {
  if (label === "repeated") (message[name] as unknown[]).push(value);
  else message[name] = value;
}
