/** OTLP's JSON of numbered records. Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp */

export type Signal = "traces" | "logs" | "metrics";

/** The counter, as it is sent and as Prometheus calls it. */
const counter = "numbered_events";
export const counterName = "numbered_events_total";

/** Consecutive numbers: of a tenant's signal each record has one of its own, from 0 on. */
export interface Numbers {
  tenant: string;
  first: number;
  count: number;
}

/** What a span is called, or a line begins with, that has this number. */
const nameOf = (tenant: string, number: number): string => `${tenant}/${number}`;

/** The names of all of them. */
export const namesOf = ({ tenant, first, count }: Numbers): string[] =>
  Array.from({ length: count }, (_, index) => nameOf(tenant, first + index));

const attributes = (values: Record<string, string>) =>
  Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));

const resourceOf = (service = "numbered", more: Record<string, string> = {}) => ({
  attributes: attributes({ "service.name": service, "deployment.environment.name": "development", ...more }),
});

/** What a request says beside its records. */
export interface Origin {
  /** Default: numbered. */
  service?: string;
  /** Further attributes of the resource. */
  resource?: Record<string, string>;
  /** Makes each span or line so many bytes longer. */
  paddingBytes?: number;
  /** When the records were made, in milliseconds since 1970. Default: now. */
  at?: number;
}

/** Whole milliseconds, and a number below a million, as nanoseconds since 1970. */
const nanoseconds = (milliseconds: number, rest = 0): string =>
  String(BigInt(milliseconds) * 1_000_000n + BigInt(rest % 1_000_000));

/** The spans of one trace. */
export function spansOf(
  numbers: Numbers,
  traceId: string,
  { service, resource, paddingBytes = 0, at = Date.now() }: Origin,
): object {
  const spans = namesOf(numbers).map((name, index) => ({
    traceId,
    spanId: (numbers.first + index + 1).toString(16).padStart(16, "0"),
    name,
    kind: 1,
    startTimeUnixNano: nanoseconds(at - 1),
    endTimeUnixNano: nanoseconds(at),
    // What is always kept, where a share of the traces is.
    status: { code: 2 },
    attributes: paddingBytes > 0 ? attributes({ padding: ".".repeat(paddingBytes) }) : [],
  }));
  return { resourceSpans: [{ resource: resourceOf(service, resource), scopeSpans: [{ spans }] }] };
}

/** Lines, each with a time of its own. */
export function linesOf(
  numbers: Numbers,
  { service, resource, paddingBytes = 0, at = Date.now() }: Origin,
): object {
  const logRecords = namesOf(numbers).map((name, index) => ({
    timeUnixNano: nanoseconds(at, numbers.first + index),
    severityNumber: 9,
    body: { stringValue: paddingBytes > 0 ? `${name} ${".".repeat(paddingBytes)}` : name },
  }));
  return { resourceLogs: [{ resource: resourceOf(service, resource), scopeLogs: [{ logRecords }] }] };
}

/** A counter that has counted all numbers up to the last of these. */
export function counterOf(
  { first, count }: Numbers,
  startedAt: number,
  { service, resource, at = Date.now() }: Origin,
): object {
  const dataPoints = [
    {
      startTimeUnixNano: nanoseconds(startedAt),
      timeUnixNano: nanoseconds(at),
      asInt: String(first + count),
    },
  ];
  const metrics = [{ name: counter, sum: { isMonotonic: true, aggregationTemporality: 2, dataPoints } }];
  return { resourceMetrics: [{ resource: resourceOf(service, resource), scopeMetrics: [{ metrics }] }] };
}

const timeoutMilliseconds = 10_000;

/** Sends a request; rejects when it is not answered. */
export async function post(otlp: string, token: string, signal: Signal, body: object) {
  const response = await fetch(`${otlp}/v1/${signal}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMilliseconds),
  });
  const text = await response.text();
  return {
    status: response.status,
    /** All of it. */
    isAccepted: response.ok && !text.includes("rejected"),
    text,
  };
}
