import assert from "node:assert/strict";
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import * as logs from "@opentelemetry/sdk-logs";
import * as metrics from "@opentelemetry/sdk-metrics";
import * as tracing from "@opentelemetry/sdk-trace";
import { signals, type Signal } from "../../src/names/index.ts";
import { decodeRequest, plainAttributes, plainValue, recordsOf } from "./otlp-decode.ts";

/** What the stock exporters encode with. */
interface Serializer {
  serializeRequest(items: unknown): Uint8Array | undefined;
}
const serializers: Record<Signal, Record<"protobuf" | "json", Serializer>> = {
  traces: { protobuf: ProtobufTraceSerializer, json: JsonTraceSerializer },
  metrics: { protobuf: ProtobufMetricsSerializer, json: JsonMetricsSerializer },
  logs: { protobuf: ProtobufLogsSerializer, json: JsonLogsSerializer },
};

const encoded = (serializer: Serializer, sample: unknown) =>
  serializer.serializeRequest(sample) ?? assert.fail("The stock serializer gave nothing");

const resource = resourceFromAttributes({ "service.name": "decoded", "k8s.pod.name": "web-1" });
const attributes = { text: "ü", whole: -3, real: 0.5, yes: true, list: ["a", "b"], numbers: [1, 2.5] };
const plain = { text: "ü", whole: -3n, real: 0.5, yes: true, list: ["a", "b"], numbers: [1n, 2.5] };

/** Two spans: a client's with everything, and its parent. */
function stockSpans(): unknown[] {
  const exporter = new tracing.InMemorySpanExporter();
  const provider = new tracing.TracerProvider({
    resource,
    spanProcessors: [new tracing.SimpleSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer("scope", "1.2.3");
  const parent = tracer.startSpan("parent", { startTime: [1_700_000_000, 1] });
  const span = tracer.startSpan(
    "child",
    { kind: SpanKind.CLIENT, attributes, links: [{ context: parent.spanContext(), attributes: { at: 1 } }] },
    trace.setSpan(ROOT_CONTEXT, parent),
  );
  span.addEvent("retry", { attempt: 2 }, [1_700_000_000, 2]);
  span.setStatus({ code: SpanStatusCode.ERROR, message: "no answer" });
  span.end();
  parent.end([1_700_000_001, 999_999_999]);
  return exporter.getFinishedSpans();
}

async function stockMetrics(): Promise<unknown> {
  const reader = new metrics.PeriodicExportingMetricReader({
    exporter: new metrics.InMemoryMetricExporter(metrics.AggregationTemporality.CUMULATIVE),
    exportIntervalMillis: 3_600_000,
  });
  const provider = new metrics.MeterProvider({
    resource,
    readers: [reader],
    views: [
      {
        instrumentName: "exponential",
        aggregation: { type: metrics.AggregationType.EXPONENTIAL_HISTOGRAM },
      },
    ],
  });
  const meter = provider.getMeter("scope", "1.2.3");
  meter.createCounter("counter", { unit: "By", description: "Counts." }).add(3, { tenant: "a" });
  meter.createGauge("gauge").record(-0.25);
  meter
    .createHistogram("histogram", { advice: { explicitBucketBoundaries: [0.08, 0.1] } })
    .record(0.09, { tenant: "b" });
  for (const value of [0, 1, 1000]) meter.createHistogram("exponential").record(value);
  const { resourceMetrics } = await reader.collect();
  await provider.shutdown();
  return resourceMetrics;
}

function stockLogs(): unknown[] {
  const exporter = new logs.InMemoryLogRecordExporter();
  const provider = new logs.LoggerProvider({
    resource,
    processors: [new logs.SimpleLogRecordProcessor({ exporter })],
  });
  provider.getLogger("scope", "1.2.3").emit({
    timestamp: 1_700_000_000_123,
    severityNumber: 17,
    severityText: "ERROR",
    body: { nested: [null, true, { deep: "x" }] },
    attributes: { ...attributes, raw: Uint8Array.of(1, 2) },
    eventName: "device.lost",
    context: trace.setSpanContext(ROOT_CONTEXT, {
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      traceFlags: 1,
    }),
  });
  return exporter.getFinishedLogRecords();
}

const samples: Record<Signal, () => unknown> = { traces: stockSpans, metrics: stockMetrics, logs: stockLogs };

describe("decoding OTLP", () => {
  for (const signal of signals) {
    it(`reads the same ${signal} from what the stock exporters send as protobuf and as JSON`, async () => {
      const sample = await samples[signal]();
      const { protobuf, json } = serializers[signal];
      const fromProtobuf = decodeRequest(signal, encoded(protobuf, sample));
      const fromJson = decodeRequest(signal, encoded(json, sample), "application/json");
      assert.deepEqual(fromProtobuf, fromJson);
    });
  }

  it("finds in a span what was recorded", () => {
    const request = decodeRequest("traces", encoded(serializers.traces.protobuf, stockSpans()));
    const [child, parent] = recordsOf("traces", request);
    assert.ok(child && parent);
    assert.equal(child.scope?.name, "scope");
    assert.deepEqual(plainAttributes(child.resource?.attributes ?? []), resource.attributes);
    const { record } = child;
    assert.deepEqual(plainAttributes(record.attributes), plain);
    assert.equal(record.parentSpanId, parent.record.spanId);
    assert.equal(record.links[0]?.spanId, parent.record.spanId);
    assert.deepEqual(record.events[0]?.timeUnixNano, 1_700_000_000_000_000_002n);
    assert.deepEqual(record.status, { code: 2, message: "no answer" });
    assert.equal(record.kind, 3);
    assert.equal(parent.record.endTimeUnixNano, 1_700_000_001_999_999_999n);
    assert.equal(parent.record.parentSpanId, "");
  });

  it("finds in metrics what was recorded", async () => {
    const request = decodeRequest("metrics", encoded(serializers.metrics.protobuf, await stockMetrics()));
    const found = new Map(recordsOf("metrics", request).map(({ record }) => [record.name, record]));
    const sum = found.get("counter")?.sum;
    assert.equal(sum?.isMonotonic, true);
    assert.equal(sum.aggregationTemporality, 2);
    assert.equal(sum.dataPoints[0]?.asDouble ?? Number(sum.dataPoints[0]?.asInt), 3);
    assert.equal(found.get("counter")?.unit, "By");
    assert.equal(found.get("gauge")?.gauge?.dataPoints[0]?.asDouble, -0.25);
    const point = found.get("histogram")?.histogram?.dataPoints[0];
    assert.deepEqual(point?.explicitBounds, [0.08, 0.1]);
    assert.deepEqual(point.bucketCounts, [0n, 1n, 0n]);
    assert.deepEqual(plainAttributes(point.attributes), { tenant: "b" });
    assert.equal(found.get("exponential")?.exponentialHistogram?.dataPoints[0]?.count, 3n);
  });

  it("finds in a log line what was recorded", () => {
    const request = decodeRequest("logs", encoded(serializers.logs.protobuf, stockLogs()));
    const [line] = recordsOf("logs", request);
    assert.ok(line);
    assert.deepEqual(plainValue(line.record.body), { nested: [null, true, { deep: "x" }] });
    assert.deepEqual(plainAttributes(line.record.attributes), { ...plain, raw: Uint8Array.of(1, 2) });
    assert.equal(line.record.traceId, "0af7651916cd43dd8448eb211c80319c");
    assert.equal(line.record.timeUnixNano, 1_700_000_000_123_000_000n);
    assert.equal(line.record.eventName, "device.lost");
    assert.equal(line.record.severityNumber, 17);
  });

  it("refuses a field that OTLP does not have, a wrong wire type, and a message that ends early", () => {
    assert.throws(() => decodeRequest("logs", Uint8Array.of(0x12, 0)), /LogsRequest has no field 2/);
    assert.throws(() => decodeRequest("logs", Uint8Array.of(0x08, 0)), /resourceLogs has wire type 0/);
    assert.throws(() => decodeRequest("logs", Uint8Array.of(0x0a, 9, 1)), /ends 9 bytes too early/);
    assert.throws(
      () => decodeRequest("logs", Buffer.from('{"other":1}'), "application/json"),
      /no field other/,
    );
  });
});
