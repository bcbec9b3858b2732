import type { Link, SpanContext } from "@opentelemetry/api";
import type { ReadableSpan, SpanEvent } from "../traces/readable-span.ts";
import { boundedText, writeAttributes } from "./common.ts";
import { encodeMessage, type ProtobufWriter } from "./writer.ts";

/**
 * The message `Span`. The sampled bit of its flags tells the spans that the sampling rate kept from those that were kept
 * because their trace failed or was slow.
 * Source: opentelemetry/proto/trace/v1/trace.proto
 */
export const encodeSpan = (span: ReadableSpan): Uint8Array => encodeMessage(span, writeSpan);

function writeSpan(writer: ProtobufWriter, span: ReadableSpan): void {
  const context = span.spanContext();
  const parent = span.parentSpanContext;
  writeIds(writer, context);
  if (parent?.spanId) writer.hexField(4, parent.spanId);
  writer.stringField(5, boundedText(span.name));
  // OTLP has a kind "unspecified" before those of the API.
  writer.uint32Field(6, span.kind + 1);
  writer.timeField(7, span.startTime[0], span.startTime[1]);
  writer.timeField(8, span.endTime[0], span.endTime[1]);
  writeAttributes(writer, 9, span.attributes);
  writeCount(writer, 10, span.droppedAttributesCount);
  for (const event of span.events) writeEvent(writer, event);
  writeCount(writer, 12, span.droppedEventsCount);
  for (const link of span.links) writeLink(writer, link);
  writeCount(writer, 14, span.droppedLinksCount);
  writeStatus(writer, span);
  writer.fixed32Field(16, flags(context.traceFlags, parent?.isRemote));
}

function writeIds(writer: ProtobufWriter, { traceId, spanId, traceState }: SpanContext): void {
  // Of a link they are whatever the app gave.
  if (typeof traceId === "string") writer.hexField(1, traceId);
  if (typeof spanId === "string") writer.hexField(2, spanId);
  if (traceState) writer.stringField(3, boundedText(traceState.serialize()));
}

function writeEvent(writer: ProtobufWriter, event: SpanEvent): void {
  const mark = writer.begin(11);
  writer.timeField(1, event.time[0], event.time[1]);
  writer.stringField(2, boundedText(event.name));
  if (event.attributes) writeAttributes(writer, 3, event.attributes);
  writeCount(writer, 4, event.droppedAttributesCount);
  writer.end(mark);
}

function writeLink(writer: ProtobufWriter, link: Link): void {
  if (!link.context) return;
  const mark = writer.begin(13);
  writeIds(writer, link.context);
  if (link.attributes) writeAttributes(writer, 4, link.attributes);
  writeCount(writer, 5, link.droppedAttributesCount);
  writer.fixed32Field(6, flags(link.context.traceFlags, link.context.isRemote));
  writer.end(mark);
}

function writeStatus(writer: ProtobufWriter, { status }: ReadableSpan): void {
  if (status.code === 0) return;
  const mark = writer.begin(15);
  if (status.message) writer.stringField(2, boundedText(status.message));
  writer.uint32Field(3, status.code);
  writer.end(mark);
}

function writeCount(writer: ProtobufWriter, field: number, count: number | undefined): void {
  if (count) writer.uint32Field(field, count);
}

const contextHasIsRemote = 0x100;
const contextIsRemote = 0x200;

const flags = (traceFlags: number, isRemote: boolean | undefined) =>
  (traceFlags & 0xff) | contextHasIsRemote | (isRemote ? contextIsRemote : 0);
