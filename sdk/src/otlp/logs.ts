import { attributes, logFields } from "../names/index.ts";
import { writeAnyValue, writeKeyValue } from "./common.ts";
import { boundedText } from "./plain.ts";
import { encodeMessage, type ProtobufWriter } from "./writer.ts";

/** A log line, parsed. */
export type LogLine = Readonly<Record<string, unknown>>;

export interface LogRecord {
  readonly line: LogLine;
  /** As pino numbers levels: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal. */
  readonly level: number;
  /** Tells lines of one millisecond apart: Loki sorts by time, and takes equal lines of equal times for one. */
  readonly nanoseconds: number;
}

/**
 * What Loki takes of a line's structured metadata is 128 entries of 64 KiB together (its defaults). The resource, the scope
 * and the record's own fields are of these too.
 */
export const attributeLimits = { count: 96, bytes: 44 * 1024 } as const;

/** Fields that have a place of their own in a record, or stand in the resource. */
const elsewhere: ReadonlySet<string> = new Set([
  logFields.time,
  logFields.level,
  logFields.message,
  logFields.service,
  logFields.environment,
  logFields.traceId,
  logFields.spanId,
  logFields.traceFlags,
]);

/** Attributes that OpenTelemetry's conventions name otherwise than the line does. */
const conventional: ReadonlyMap<string, string> = new Map([
  [logFields.tenantId, attributes.tenantId],
  ["err.type", "exception.type"],
  ["err.message", "exception.message"],
  ["err.stack", "exception.stacktrace"],
]);

/**
 * The message `LogRecord` of a line: `msg` is its body, all other fields its attributes, nested ones under names with dots
 * between and lists as JSON. Attributes that are too many or too large are left out and counted as dropped.
 * Source: opentelemetry/proto/logs/v1/logs.proto
 */
export const encodeLogRecord = (record: LogRecord): Uint8Array => encodeMessage(record, writeLogRecord);

function writeLogRecord(writer: ProtobufWriter, { line, level, nanoseconds }: LogRecord): void {
  const milliseconds = Number(line[logFields.time]);
  writer.timeField(1, Math.floor(milliseconds / 1000), (milliseconds % 1000) * 1e6 + nanoseconds);
  writer.uint32Field(2, severityNumber(level));
  writer.stringField(3, boundedText(line[logFields.level]));
  writeAnyValue(writer, 5, bodyOf(line));
  const tally: Tally = { start: writer.length, written: 0, dropped: 0, dotted: new Set() };
  for (const key of Object.keys(line)) {
    if (!elsewhere.has(key)) writeAttribute(writer, readableName(key), line[key], tally);
  }
  if (tally.dropped > 0) writer.uint32Field(7, tally.dropped);
  writeSpan(writer, line);
}

/** Source: OpenTelemetry, logs data model, "Mapping of SeverityNumber"; a level between two of pino's counts as the lower. */
const severityNumber = (level: number) => 1 + 4 * Math.min(5, Math.max(0, Math.floor(level / 10) - 1));

/** A line without a message shows its fields. */
function bodyOf(line: LogLine): unknown {
  const message = line[logFields.message];
  if (message !== undefined) return message;
  const fields = Object.entries(line).filter(([key]) => !elsewhere.has(key) && key !== logFields.tenantId);
  return JSON.stringify(Object.fromEntries(fields));
}

interface Tally {
  /** Where in the message the attributes begin. */
  readonly start: number;
  written: number;
  dropped: number;
  /** Names with dots, which alone can come twice. */
  readonly dotted: Set<string>;
}

function writeAttribute(writer: ProtobufWriter, name: string, value: unknown, tally: Tally): void {
  if (typeof value !== "object" || value === null) {
    writeWithinLimits(writer, uniqueName(conventional.get(name) ?? name, tally), value, tally);
  } else if (Array.isArray(value)) {
    writeWithinLimits(writer, uniqueName(name, tally), JSON.stringify(value), tally);
  } else {
    for (const [key, inner] of Object.entries(value)) writeAttribute(writer, `${name}.${key}`, inner, tally);
  }
}

function writeWithinLimits(writer: ProtobufWriter, name: string, value: unknown, tally: Tally): void {
  const start = writer.length;
  if (tally.written < attributeLimits.count) writeKeyValue(writer, 6, name, value);
  if (writer.length > start && writer.length - tally.start <= attributeLimits.bytes) {
    tally.written++;
  } else {
    writer.rewind(start);
    tally.dropped++;
  }
}

/** `{ "a.b": 1, a: { b: 2 } }` holds two of one name: the second gets a `_` behind it. */
function uniqueName(name: string, { dotted }: Tally): string {
  if (!name.includes(".")) return name;
  let unique = name;
  while (dotted.has(unique)) unique += "_";
  dotted.add(unique);
  return unique;
}

/** Loki refuses a whole request for one name that has no ASCII letter or digit in it. */
const readableName = (key: string) => (/[A-Za-z0-9]/.test(key) ? key : `field.${key}`);

function writeSpan(writer: ProtobufWriter, line: LogLine): void {
  const traceId = line[logFields.traceId];
  if (typeof traceId !== "string") return;
  writer.fixed32Field(8, Number.parseInt(String(line[logFields.traceFlags]), 16));
  writer.hexField(9, traceId);
  writer.hexField(10, String(line[logFields.spanId]));
}
