import type { Scope, TelemetryRecord } from "../delivery/record.ts";
import { Pauses } from "../metrics/pauses.ts";
import {
  type AllMetrics,
  type Exemplar,
  type Bucket,
  type HistogramSeries,
  type SeriesLabels,
  type ValueSeries,
} from "../metrics/registry.ts";
import type { MetricDefinition } from "../names/index.ts";
import { writeKeyValue } from "./common.ts";
import { encodeMessage, type ProtobufWriter } from "./writer.ts";

/** The time that cumulative values cover, in ms since the epoch. */
interface TimeRange {
  readonly startMs: number;
  readonly nowMs: number;
}

/**
 * All metrics, each as a record, a large one as several. The event loop turns in between.
 * Source: opentelemetry/proto/metrics/v1/metrics.proto
 */
export async function encodeMetrics(
  { values, histograms }: AllMetrics,
  scope: Scope,
  time: TimeRange,
): Promise<TelemetryRecord[]> {
  const records: TelemetryRecord[] = [];
  const pauses = new Pauses();
  const encodeAll = async <Series>(
    definition: MetricDefinition,
    waiting: Series[],
    points: Points<Series>,
  ) => {
    while (waiting.length > 0) {
      const before = waiting.length;
      const bytes = encodeMetric(definition, waiting, points, time);
      records.push({ scope, bytes, items: before - waiting.length });
      if (pauses.isDue) await pauses.take();
    }
  };
  for (const { definition, series } of values) {
    await encodeAll(definition, [...series()], definition.type === "counter" ? sum : gauge);
  }
  for (const { definition, series, buckets } of histograms) {
    await encodeAll(definition, [...series()], histogram(buckets));
  }
  return records;
}

/** A record is closed when it reaches this, so that a request can be filled well and, if need be, split. */
const recordBytes = 32 * 1024;

/** The message `Metric` with as many of the `waiting` series, from the end, as a record takes; they are taken out. */
function encodeMetric<Series>(
  definition: MetricDefinition,
  waiting: Series[],
  points: Points<Series>,
  time: TimeRange,
): Uint8Array {
  return encodeMessage(definition, (writer, { name, help, unit }) => {
    writer.stringField(1, name);
    writer.stringField(2, help);
    if (unit) writer.stringField(3, unit);
    const data = writer.begin(points.field);
    while (waiting.length > 0 && writer.length < recordBytes) {
      const point = writer.begin(1);
      points.write(writer, waiting.pop() as Series, time);
      writer.end(point);
    }
    if (points.temporality !== undefined) writer.uint32Field(2, points.temporality);
    if (points.isMonotonic) writer.boolField(3, true);
    writer.end(data);
  });
}

/** How the data points of a type of metric are written. */
interface Points<Series> {
  /** Of `Metric.data`. */
  readonly field: number;
  readonly temporality?: number;
  readonly isMonotonic?: boolean;
  readonly write: (writer: ProtobufWriter, series: Series, time: TimeRange) => void;
}

const cumulative = 2;

const gauge: Points<ValueSeries> = {
  field: 5,
  write(writer, { labels, value }, { nowMs }) {
    writeTime(writer, 3, nowMs);
    writer.doubleField(4, value);
    writeLabels(writer, 7, labels);
  },
};

const sum: Points<ValueSeries> = {
  field: 7,
  temporality: cumulative,
  isMonotonic: true,
  write(writer, { labels, value }, { startMs, nowMs }) {
    writeTime(writer, 2, startMs);
    writeTime(writer, 3, nowMs);
    writer.doubleField(4, value);
    writeLabels(writer, 7, labels);
  },
};

const histogram = (buckets: readonly Bucket[]): Points<HistogramSeries> => {
  const bounds = buckets.map(({ bound }) => bound).filter(Number.isFinite);
  return {
    field: 9,
    temporality: cumulative,
    write(writer, { labels, sum, count, bucketValues, bucketExemplars }, { startMs, nowMs }) {
      writeTime(writer, 2, startMs);
      writeTime(writer, 3, nowMs);
      writer.fixed64Field(4, count);
      writer.doubleField(5, sum);
      writer.packedFixed64Field(
        6,
        buckets.map(({ key }) => bucketValues[key] as number),
      );
      writer.packedDoubleField(7, bounds);
      for (const { key } of buckets) writeExemplar(writer, 8, bucketExemplars[key]);
      writeLabels(writer, 9, labels);
    },
  };
};

function writeExemplar(writer: ProtobufWriter, field: number, exemplar: Exemplar | undefined): void {
  if (!exemplar) return;
  const mark = writer.begin(field);
  writeTime(writer, 2, exemplar.timestamp * 1000);
  writer.doubleField(3, exemplar.value);
  writer.hexField(4, exemplar.labelSet.span_id);
  writer.hexField(5, exemplar.labelSet.trace_id);
  writer.end(mark);
}

function writeLabels(writer: ProtobufWriter, field: number, labels: SeriesLabels): void {
  for (const name in labels) writeKeyValue(writer, field, name, labels[name]);
}

function writeTime(writer: ProtobufWriter, field: number, ms: number): void {
  writer.timeField(field, Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6));
}
