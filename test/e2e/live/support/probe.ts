import { randomBytes } from "node:crypto";
import type { Signal } from "./otlp.ts";

type Attributes = Record<string, string>;

/** Of a metric. */
export const probeMetric = "autoweave_test_probe";

/** A record that tells who it is wherever a backend lets one look. */
export interface Probe {
  service: string;
  /** The name of the span, the text of the line, a label of the sample. */
  name: string;
  /** Hexadecimal; of a span. Default: one that nobody knows. */
  traceId?: string;
  /** What it says of its tenant, as attributes of the resource, of the scope and of the record. */
  claims?: Attributes;
}

/** OTLP's JSON of a probe. */
export function otlpOf(signal: Signal, probe: Probe): object {
  const { service, claims = {} } = probe;
  const resource = { attributes: attributes({ "service.name": service, ...claims }) };
  const scope = { name: "probe", attributes: attributes(claims) };
  switch (signal) {
    case "traces":
      return { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [spanOf(probe)] }] }] };
    case "logs":
      return { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: [lineOf(probe)] }] }] };
    case "metrics":
      return { resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics: [metricOf(probe)] }] }] };
  }
}

/** What Loki's own protocol has of a probe. */
export function lokiPushOf({ service, name, claims = {} }: Probe): object {
  const values = [[now(), name, { ...ofItself(name), ...claims }]];
  return { streams: [{ stream: { service, ...claims }, values }] };
}

const spanOf = ({ name, traceId = randomBytes(16).toString("hex"), claims = {} }: Probe) => ({
  traceId,
  spanId: randomBytes(8).toString("hex"),
  name,
  kind: 1,
  startTimeUnixNano: now(),
  endTimeUnixNano: now(),
  attributes: attributes({ ...ofItself(name), ...claims }),
});

const lineOf = ({ name, claims = {} }: Probe) => ({
  timeUnixNano: now(),
  body: { stringValue: name },
  attributes: attributes({ ...ofItself(name), ...claims }),
});

const metricOf = ({ name, claims = {} }: Probe) => ({
  name: probeMetric,
  gauge: {
    dataPoints: [
      { timeUnixNano: now(), asDouble: 1, attributes: attributes({ ...ofItself(name), ...claims }) },
    ],
  },
});

/** Its name as the value of an attribute, and as the name of one. */
const ofItself = (name: string): Attributes => ({ probe: name, [`probe_${name}`]: "1" });

const attributes = (values: Attributes) =>
  Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));

const now = () => `${Date.now()}000000`;
