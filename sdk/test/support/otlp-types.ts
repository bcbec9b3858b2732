/**
 * OTLP as plain objects: names as in its JSON, 64-bit integers as bigint, ids as hexadecimal digits, enums as numbers. Messages
 * that were not sent are absent; scalars that were not sent have their default.
 */
export interface AnyValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: bigint;
  doubleValue?: number;
  arrayValue?: { values: AnyValue[] };
  kvlistValue?: { values: KeyValue[] };
  bytesValue?: Uint8Array;
}
export interface KeyValue {
  key: string;
  value?: AnyValue;
}
export interface Resource {
  attributes: KeyValue[];
  droppedAttributesCount: number;
}
export interface InstrumentationScope extends Resource {
  name: string;
  version: string;
}

export interface Span {
  traceId: string;
  spanId: string;
  traceState: string;
  parentSpanId: string;
  name: string;
  kind: number;
  startTimeUnixNano: bigint;
  endTimeUnixNano: bigint;
  attributes: KeyValue[];
  droppedAttributesCount: number;
  events: { timeUnixNano: bigint; name: string; attributes: KeyValue[]; droppedAttributesCount: number }[];
  droppedEventsCount: number;
  links: {
    traceId: string;
    spanId: string;
    traceState: string;
    attributes: KeyValue[];
    droppedAttributesCount: number;
    flags: number;
  }[];
  droppedLinksCount: number;
  status?: { message: string; code: number };
  flags: number;
}

export interface LogRecord {
  timeUnixNano: bigint;
  observedTimeUnixNano: bigint;
  severityNumber: number;
  severityText: string;
  body?: AnyValue;
  attributes: KeyValue[];
  droppedAttributesCount: number;
  flags: number;
  traceId: string;
  spanId: string;
  eventName: string;
}

export interface Exemplar {
  timeUnixNano: bigint;
  asDouble?: number;
  asInt?: bigint;
  spanId: string;
  traceId: string;
  filteredAttributes: KeyValue[];
}
interface DataPoint {
  startTimeUnixNano: bigint;
  timeUnixNano: bigint;
  attributes: KeyValue[];
  flags: number;
}
export interface NumberDataPoint extends DataPoint {
  asDouble?: number;
  asInt?: bigint;
  exemplars: Exemplar[];
}
export interface HistogramDataPoint extends DataPoint {
  count: bigint;
  sum?: number;
  bucketCounts: bigint[];
  explicitBounds: number[];
  exemplars: Exemplar[];
  min?: number;
  max?: number;
}
interface Buckets {
  offset: number;
  bucketCounts: bigint[];
}
export interface ExponentialHistogramDataPoint extends DataPoint {
  count: bigint;
  sum?: number;
  scale: number;
  zeroCount: bigint;
  positive?: Buckets;
  negative?: Buckets;
  exemplars: Exemplar[];
  min?: number;
  max?: number;
  zeroThreshold: number;
}
export interface SummaryDataPoint extends DataPoint {
  count: bigint;
  sum: number;
  quantileValues: { quantile: number; value: number }[];
}
export interface Metric {
  name: string;
  description: string;
  unit: string;
  gauge?: { dataPoints: NumberDataPoint[] };
  sum?: { dataPoints: NumberDataPoint[]; aggregationTemporality: number; isMonotonic: boolean };
  histogram?: { dataPoints: HistogramDataPoint[]; aggregationTemporality: number };
  exponentialHistogram?: { dataPoints: ExponentialHistogramDataPoint[]; aggregationTemporality: number };
  summary?: { dataPoints: SummaryDataPoint[] };
  metadata: KeyValue[];
}

interface PerResource {
  resource?: Resource;
  schemaUrl: string;
}
interface PerScope {
  scope?: InstrumentationScope;
  schemaUrl: string;
}
export interface Requests {
  traces: { resourceSpans: (PerResource & { scopeSpans: (PerScope & { spans: Span[] })[] })[] };
  metrics: { resourceMetrics: (PerResource & { scopeMetrics: (PerScope & { metrics: Metric[] })[] })[] };
  logs: { resourceLogs: (PerResource & { scopeLogs: (PerScope & { logRecords: LogRecord[] })[] })[] };
}
export interface Records {
  traces: Span;
  metrics: Metric;
  logs: LogRecord;
}
