import type { Scope, TelemetryRecord } from "../../src/delivery/record.ts";
import type { Signal } from "../../src/names/index.ts";
import { encodeResource } from "../../src/otlp/common.ts";
import { encodeMessage, type ProtobufWriter } from "../../src/otlp/writer.ts";
import type { Received } from "./otlp-decode.ts";
import type { LogRecord, Metric, Span } from "./otlp-types.ts";

export const scope: Scope = { name: "test", version: "1.0.0" };
export const resource = encodeResource({ "service.name": "test" });

const writers: Readonly<Record<Signal, (writer: ProtobufWriter, name: string) => void>> = {
  traces: (writer, name) => writer.stringField(5, name),
  metrics: (writer, name) => writer.stringField(1, name),
  logs(writer, name) {
    const body = writer.begin(5);
    writer.stringField(1, name);
    writer.end(body);
  },
};

/** The smallest record of a signal that has a name. */
export const recordOf = (signal: Signal, name: string, items = 1): TelemetryRecord => ({
  scope,
  items,
  bytes: encodeMessage(name, writers[signal]),
});

export const spans = (count: number, first = 0): TelemetryRecord[] =>
  Array.from({ length: count }, (_, index) => recordOf("traces", `span-${first + index}`));

/** A record of one signal or another by its name. */
export function nameOf({ record }: Received): string {
  const { name, body } = record as Partial<Span & Metric & LogRecord>;
  return name ?? body?.stringValue ?? "";
}
