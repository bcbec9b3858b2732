/** A trace as Tempo writes it: OTLP as JSON, its lists under older names too. Source: OpenTelemetry's trace.proto. */
export interface OtlpTrace {
  batches?: ResourceSpans[];
  resourceSpans?: ResourceSpans[];
}

interface ResourceSpans {
  resource?: { attributes?: KeyValue[] };
  scopeSpans?: { spans?: OtlpSpan[] }[];
}

interface OtlpSpan {
  spanId: string;
  parentSpanId?: string;
  name?: string;
  kind?: string;
  /** In nanoseconds since 1970. */
  startTimeUnixNano?: string;
  endTimeUnixNano?: string;
  attributes?: KeyValue[];
  events?: { name?: string; attributes?: KeyValue[] }[];
  status?: { code?: string | number; message?: string };
}

interface KeyValue {
  key: string;
  value?: OtlpValue;
}

interface OtlpValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string | number;
  doubleValue?: number;
  arrayValue?: { values?: OtlpValue[] };
  kvlistValue?: { values?: KeyValue[] };
}

export interface Span {
  service: string;
  name: string;
  /** E.g. `server`. */
  kind: string;
  /** In milliseconds since 1970, with fractions. */
  start: number;
  durationMs: number;
  /** How many spans it is within. */
  depth: number;
  isError: boolean;
  /** Why it failed, where it says so. */
  message: string;
  attributes: [key: string, value: string][];
  /** Of its resource. */
  resource: [key: string, value: string][];
  events: { name: string; attributes: [key: string, value: string][] }[];
}

/** The spans of a trace, each before those that it caused; those whose cause is unknown begin anew. */
export function spansOf(trace: OtlpTrace): Span[] {
  const batches = trace.batches ?? trace.resourceSpans ?? [];
  const found = batches.flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans.flatMap(({ spans = [] }) =>
      spans.map((span) => ({ span, resource: texts(resource?.attributes) })),
    ),
  );
  const ids = new Set(found.map(({ span }) => span.spanId));
  const isRoot = ({ span }: Found) => !span.parentSpanId || !ids.has(span.parentSpanId);
  const children = Map.groupBy(
    found.filter((each) => !isRoot(each)),
    ({ span }) => span.parentSpanId ?? "",
  );
  const ordered: Span[] = [];
  const waiting = byStart(found.filter(isRoot)).map((each) => ({ each, depth: 0 }));
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const { each, depth } = next;
    ordered.push(spanOf(each, depth));
    const caused = byStart(children.get(each.span.spanId) ?? []);
    children.delete(each.span.spanId);
    waiting.unshift(...caused.map((each) => ({ each, depth: depth + 1 })));
  }
  return ordered;
}

interface Found {
  span: OtlpSpan;
  resource: [string, string][];
}

const byStart = (found: readonly Found[]) =>
  found.toSorted((a, b) =>
    nanoseconds(a.span.startTimeUnixNano) < nanoseconds(b.span.startTimeUnixNano) ? -1 : 1,
  );

const nanoseconds = (text = "0") => BigInt(text);
/** A number holds the milliseconds since 1970 with some of their fraction. */
const milliseconds = (ns: bigint) => Number(ns / 1000n) / 1000;

function spanOf({ span, resource }: Found, depth: number): Span {
  const [start, end] = [nanoseconds(span.startTimeUnixNano), nanoseconds(span.endTimeUnixNano)];
  return {
    service: resource.find(([key]) => key === "service.name")?.[1] ?? "",
    name: span.name ?? "",
    kind: (span.kind ?? "").replace("SPAN_KIND_", "").toLowerCase(),
    start: milliseconds(start),
    durationMs: Number(end - start) / 1e6,
    depth,
    isError: span.status?.code === "STATUS_CODE_ERROR" || span.status?.code === 2,
    message: span.status?.message ?? "",
    attributes: texts(span.attributes),
    resource,
    events: (span.events ?? []).map(({ name = "", attributes }) => ({ name, attributes: texts(attributes) })),
  };
}

const texts = (attributes: readonly KeyValue[] = []): [string, string][] =>
  attributes.map(({ key, value }) => [key, textOf(value)]);

function textOf(value: OtlpValue = {}): string {
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(textOf).join(", ");
  if (value.kvlistValue)
    return texts(value.kvlistValue.values)
      .map(([key, text]) => `${key}=${text}`)
      .join(", ");
  return String(value.stringValue ?? value.intValue ?? value.doubleValue ?? value.boolValue ?? "");
}
