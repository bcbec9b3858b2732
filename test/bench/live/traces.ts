import { type Attributes, type SpanContext, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { attributes as names, spanNames } from "../../../sdk/src/names/index.ts";
import { encodeSpan } from "../../../sdk/src/otlp/spans.ts";
import { newSpanId, newTraceId } from "../../../sdk/src/traces/ids.ts";
import { type Identity, scope } from "./identity.ts";

export interface Trace {
  traceId: string;
  /** Of its root. */
  spanId: string;
  /** Protobuf messages `Span`. */
  spans: Uint8Array[];
}

interface Kind {
  name: string;
  kind: SpanKind;
  /** With `tenant.id` a dozen. */
  attributes: (random: () => number) => Attributes;
}

const pick = (random: () => number, count: number) => Math.floor(random() * count);
const hex = (random: () => number) => pick(random, 0x1_0000_0000).toString(16).padStart(8, "0");

const root: Kind = {
  name: spanNames.http("POST", "/devices/:id/readings"),
  kind: SpanKind.SERVER,
  attributes: (random) => ({
    [names.httpMethod]: "POST",
    [names.httpRoute]: "/devices/:id/readings",
    [names.httpStatusCode]: 200,
    [names.urlPath]: `/devices/${hex(random)}/readings`,
    [names.urlScheme]: "https",
    [names.serverAddress]: "hub.autoweave.example",
    [names.serverPort]: 443,
    [names.userAgent]: "autoweave-agent/3.2 (linux; arm64)",
    [names.networkProtocolVersion]: "1.1",
    "client.address": `10.0.${pick(random, 16)}.${pick(random, 250)}`,
    "http.request.body.size": 200 + pick(random, 4000),
  }),
};

const work: readonly Kind[] = [
  {
    name: spanNames.plugin("execute"),
    kind: SpanKind.INTERNAL,
    attributes: (random) => ({
      [names.pluginName]: `plugin-${pick(random, 12)}`,
      [names.pluginVersion]: `2.${pick(random, 4)}.0`,
      [names.codeFunctionName]: "Plugin.execute",
      "autoweave.device.id": hex(random),
      "autoweave.reading.count": pick(random, 64),
      "autoweave.reading.unit": "kg",
      "autoweave.attempt": 1,
      "autoweave.cached": random() < 0.5,
      "autoweave.site": `site-${pick(random, 20)}`,
      "autoweave.line": `line-${pick(random, 6)}`,
      "thread.name": "main",
    }),
  },
  {
    name: spanNames.usb("transfer"),
    kind: SpanKind.INTERNAL,
    attributes: (random) => ({
      [names.usbVendorId]: "0x1209",
      [names.usbProductId]: `0x000${1 + pick(random, 4)}`,
      [names.usbDevicePath]: `/dev/bus/usb/001/${pick(random, 100)}`,
      [names.usbAction]: "transfer",
      [names.usbTransferType]: "bulk",
      [names.usbTransferDirection]: "in",
      [names.usbTransferBytes]: 64 * (1 + pick(random, 64)),
      "usb.endpoint": "0x81",
      "usb.timeout_ms": 1000,
      "autoweave.device.id": hex(random),
      "thread.name": "main",
    }),
  },
  {
    name: spanNames.publish("readings"),
    kind: SpanKind.PRODUCER,
    attributes: (random) => ({
      [names.messagingSystem]: "bullmq",
      [names.messagingOperationType]: "send",
      [names.messagingOperationName]: "publish",
      [names.messagingDestination]: "readings",
      [names.messagingMessageId]: hex(random) + hex(random),
      [names.messagingBatchCount]: 1,
      [names.jobName]: "store",
      [names.serverAddress]: "redis",
      [names.serverPort]: 6379,
      "messaging.message.body.size": 200 + pick(random, 2000),
      "autoweave.site": `site-${pick(random, 20)}`,
    }),
  },
  {
    name: spanNames.memory("search"),
    kind: SpanKind.CLIENT,
    attributes: (random) => ({
      [names.memoryOperation]: "search_memory",
      [names.memoryStoreId]: `store-${pick(random, 8)}`,
      [names.memoryRecordCount]: pick(random, 20),
      "db.system.name": "postgresql",
      "db.namespace": "memory",
      "db.collection.name": "records",
      "db.operation.name": "SELECT",
      "db.response.returned_rows": pick(random, 20),
      [names.serverAddress]: "postgresql",
      [names.serverPort]: 5432,
      "autoweave.session": hex(random) + hex(random),
    }),
  },
];

const fewestSpans = 5;
const mostSpans = 8;
const failingShare = 0.01;

/** A trace that has just ended: a request and, one after the other, what it does; in one of a hundred the last part fails. */
export function traceOf({ tenant }: Identity, random: () => number): Trace {
  const traceId = newTraceId();
  const count = fewestSpans + pick(random, mostSpans - fewestSpans + 1);
  const partsMs = Array.from({ length: count - 1 }, () => 1 + 40 * random() ** 3);
  const endMs = Date.now();
  const startMs = endMs - partsMs.reduce((sum, ms) => sum + ms, 1);
  const failed = random() < failingShare;
  const context = (spanId: string): SpanContext => ({ traceId, spanId, traceFlags: 1 });
  const rootContext = context(newSpanId());

  const encode = (kind: Kind, own: SpanContext, from: number, to: number, status: SpanStatusCode) =>
    encodeSpan({
      name: kind.name,
      kind: kind.kind,
      spanContext: () => own,
      parentSpanContext: own === rootContext ? undefined : rootContext,
      startTime: timeOf(from),
      endTime: timeOf(to),
      duration: timeOf(to - from),
      ended: true,
      status: { code: status },
      attributes: { ...kind.attributes(random), [names.tenantId]: tenant },
      events: [],
      links: [],
      instrumentationScope: scope,
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    });

  let atMs = startMs;
  const parts = partsMs.map((ms, index) => {
    const kind = work[(index + pick(random, 2)) % work.length] as Kind;
    const fails = failed && index === partsMs.length - 1;
    const from = atMs;
    atMs += ms;
    return encode(
      kind,
      context(newSpanId()),
      from,
      atMs,
      fails ? SpanStatusCode.ERROR : SpanStatusCode.UNSET,
    );
  });
  const whole = encode(
    root,
    rootContext,
    startMs,
    endMs,
    failed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET,
  );
  return { traceId, spanId: rootContext.spanId, spans: [whole, ...parts] };
}

/** Seconds and nanoseconds of milliseconds. */
const timeOf = (ms: number): [number, number] => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];
