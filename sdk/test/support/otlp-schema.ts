/**
 * How a field is written in protobuf. `hex` are bytes that OTLP's JSON writes as hexadecimal digits; `enum` is an `int32`.
 * Source: https://protobuf.dev/programming-guides/encoding/
 */
export type Scalar =
  | "string"
  | "bytes"
  | "hex"
  | "bool"
  | "enum"
  | "uint32"
  | "sint32"
  | "int64"
  | "uint64"
  | "fixed32"
  | "fixed64"
  | "sfixed64"
  | "double";

export interface Field {
  readonly name: string;
  readonly type: Scalar | MessageName;
  /** `optional` and members of a `oneof` are absent unless sent; others take their type's default. */
  readonly label?: "repeated" | "optional";
}

const one = (name: string, type: Field["type"]): Field => ({ name, type });
const optional = (name: string, type: Field["type"]): Field => ({ name, type, label: "optional" });
const many = (name: string, type: Field["type"]): Field => ({ name, type, label: "repeated" });

const request = (signal: string, resource: MessageName) => ({ 1: many(`resource${signal}`, resource) });
const perResource = (signal: string, scope: MessageName) => ({
  1: one("resource", "Resource"),
  2: many(`scope${signal}`, scope),
  3: one("schemaUrl", "string"),
});
const perScope = (records: string, record: MessageName) => ({
  1: one("scope", "Scope"),
  2: many(records, record),
  3: one("schemaUrl", "string"),
});

/** OTLP's messages by field number. Source: https://github.com/open-telemetry/opentelemetry-proto, 1.9. */
export const messages: Readonly<Record<MessageName, Readonly<Record<number, Field>>>> = {
  TracesRequest: request("Spans", "ResourceSpans"),
  MetricsRequest: request("Metrics", "ResourceMetrics"),
  LogsRequest: request("Logs", "ResourceLogs"),
  ResourceSpans: perResource("Spans", "ScopeSpans"),
  ResourceMetrics: perResource("Metrics", "ScopeMetrics"),
  ResourceLogs: perResource("Logs", "ScopeLogs"),
  ScopeSpans: perScope("spans", "Span"),
  ScopeMetrics: perScope("metrics", "Metric"),
  ScopeLogs: perScope("logRecords", "LogRecord"),

  Resource: { 1: many("attributes", "KeyValue"), 2: one("droppedAttributesCount", "uint32") },
  Scope: {
    1: one("name", "string"),
    2: one("version", "string"),
    3: many("attributes", "KeyValue"),
    4: one("droppedAttributesCount", "uint32"),
  },
  KeyValue: { 1: one("key", "string"), 2: one("value", "AnyValue") },
  AnyValue: {
    1: optional("stringValue", "string"),
    2: optional("boolValue", "bool"),
    3: optional("intValue", "int64"),
    4: optional("doubleValue", "double"),
    5: optional("arrayValue", "ArrayValue"),
    6: optional("kvlistValue", "KeyValueList"),
    7: optional("bytesValue", "bytes"),
  },
  ArrayValue: { 1: many("values", "AnyValue") },
  KeyValueList: { 1: many("values", "KeyValue") },

  Span: {
    1: one("traceId", "hex"),
    2: one("spanId", "hex"),
    3: one("traceState", "string"),
    4: one("parentSpanId", "hex"),
    5: one("name", "string"),
    6: one("kind", "enum"),
    7: one("startTimeUnixNano", "fixed64"),
    8: one("endTimeUnixNano", "fixed64"),
    9: many("attributes", "KeyValue"),
    10: one("droppedAttributesCount", "uint32"),
    11: many("events", "SpanEvent"),
    12: one("droppedEventsCount", "uint32"),
    13: many("links", "SpanLink"),
    14: one("droppedLinksCount", "uint32"),
    15: one("status", "Status"),
    16: one("flags", "fixed32"),
  },
  SpanEvent: {
    1: one("timeUnixNano", "fixed64"),
    2: one("name", "string"),
    3: many("attributes", "KeyValue"),
    4: one("droppedAttributesCount", "uint32"),
  },
  SpanLink: {
    1: one("traceId", "hex"),
    2: one("spanId", "hex"),
    3: one("traceState", "string"),
    4: many("attributes", "KeyValue"),
    5: one("droppedAttributesCount", "uint32"),
    6: one("flags", "fixed32"),
  },
  Status: { 2: one("message", "string"), 3: one("code", "enum") },

  LogRecord: {
    1: one("timeUnixNano", "fixed64"),
    2: one("severityNumber", "enum"),
    3: one("severityText", "string"),
    5: one("body", "AnyValue"),
    6: many("attributes", "KeyValue"),
    7: one("droppedAttributesCount", "uint32"),
    8: one("flags", "fixed32"),
    9: one("traceId", "hex"),
    10: one("spanId", "hex"),
    11: one("observedTimeUnixNano", "fixed64"),
    12: one("eventName", "string"),
  },

  Metric: {
    1: one("name", "string"),
    2: one("description", "string"),
    3: one("unit", "string"),
    5: one("gauge", "Gauge"),
    7: one("sum", "Sum"),
    9: one("histogram", "Histogram"),
    10: one("exponentialHistogram", "ExponentialHistogram"),
    11: one("summary", "Summary"),
    12: many("metadata", "KeyValue"),
  },
  Gauge: { 1: many("dataPoints", "NumberDataPoint") },
  Sum: {
    1: many("dataPoints", "NumberDataPoint"),
    2: one("aggregationTemporality", "enum"),
    3: one("isMonotonic", "bool"),
  },
  Histogram: { 1: many("dataPoints", "HistogramDataPoint"), 2: one("aggregationTemporality", "enum") },
  ExponentialHistogram: {
    1: many("dataPoints", "ExponentialHistogramDataPoint"),
    2: one("aggregationTemporality", "enum"),
  },
  Summary: { 1: many("dataPoints", "SummaryDataPoint") },
  NumberDataPoint: {
    2: one("startTimeUnixNano", "fixed64"),
    3: one("timeUnixNano", "fixed64"),
    4: optional("asDouble", "double"),
    5: many("exemplars", "Exemplar"),
    6: optional("asInt", "sfixed64"),
    7: many("attributes", "KeyValue"),
    8: one("flags", "uint32"),
  },
  HistogramDataPoint: {
    2: one("startTimeUnixNano", "fixed64"),
    3: one("timeUnixNano", "fixed64"),
    4: one("count", "fixed64"),
    5: optional("sum", "double"),
    6: many("bucketCounts", "fixed64"),
    7: many("explicitBounds", "double"),
    8: many("exemplars", "Exemplar"),
    9: many("attributes", "KeyValue"),
    10: one("flags", "uint32"),
    11: optional("min", "double"),
    12: optional("max", "double"),
  },
  ExponentialHistogramDataPoint: {
    1: many("attributes", "KeyValue"),
    2: one("startTimeUnixNano", "fixed64"),
    3: one("timeUnixNano", "fixed64"),
    4: one("count", "fixed64"),
    5: optional("sum", "double"),
    6: one("scale", "sint32"),
    7: one("zeroCount", "fixed64"),
    8: one("positive", "Buckets"),
    9: one("negative", "Buckets"),
    10: one("flags", "uint32"),
    11: many("exemplars", "Exemplar"),
    12: optional("min", "double"),
    13: optional("max", "double"),
    14: one("zeroThreshold", "double"),
  },
  Buckets: { 1: one("offset", "sint32"), 2: many("bucketCounts", "uint64") },
  SummaryDataPoint: {
    2: one("startTimeUnixNano", "fixed64"),
    3: one("timeUnixNano", "fixed64"),
    4: one("count", "fixed64"),
    5: one("sum", "double"),
    6: many("quantileValues", "ValueAtQuantile"),
    7: many("attributes", "KeyValue"),
    8: one("flags", "uint32"),
  },
  ValueAtQuantile: { 1: one("quantile", "double"), 2: one("value", "double") },
  Exemplar: {
    2: one("timeUnixNano", "fixed64"),
    3: optional("asDouble", "double"),
    4: one("spanId", "hex"),
    5: one("traceId", "hex"),
    6: optional("asInt", "sfixed64"),
    7: many("filteredAttributes", "KeyValue"),
  },
};

export type MessageName =
  | "TracesRequest"
  | "MetricsRequest"
  | "LogsRequest"
  | "ResourceSpans"
  | "ResourceMetrics"
  | "ResourceLogs"
  | "ScopeSpans"
  | "ScopeMetrics"
  | "ScopeLogs"
  | "Resource"
  | "Scope"
  | "KeyValue"
  | "AnyValue"
  | "ArrayValue"
  | "KeyValueList"
  | "Span"
  | "SpanEvent"
  | "SpanLink"
  | "Status"
  | "LogRecord"
  | "Metric"
  | "Gauge"
  | "Sum"
  | "Histogram"
  | "ExponentialHistogram"
  | "Summary"
  | "NumberDataPoint"
  | "HistogramDataPoint"
  | "ExponentialHistogramDataPoint"
  | "Buckets"
  | "SummaryDataPoint"
  | "ValueAtQuantile"
  | "Exemplar";
