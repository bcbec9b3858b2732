import {
  type Attributes,
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  SpanKind,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from "@opentelemetry/api";
import { hostMatcher } from "./hosts.ts";
import { TenantBaggagePropagator } from "./tenant-baggage.ts";
import { TraceContextPropagator } from "./trace-context.ts";

const parts: readonly TextMapPropagator[] = [new TraceContextPropagator(), new TenantBaggagePropagator()];

const headers = parts.flatMap((part) => part.fields());

const nobody = () => false;
let isAllowed: (host: string) => boolean = nobody;

/** Answers by host: apps talk to few. */
const answers = new Map<string, boolean>();
const mostAnswers = 1_000;

/** Sets the hosts that trace context and tenant may leave to; `undefined`: none. */
export function allowPropagationTo(patterns: readonly string[] | undefined): void {
  isAllowed = patterns ? hostMatcher(patterns) : nobody;
  answers.clear();
}

/**
 * Whether requests to a host (`name`, `name:port` or `[address]:port`) may carry trace context and tenant, as `propagateTo`
 * says. Never throws.
 */
export function mayPropagateTo(host: string): boolean {
  const known = answers.get(host);
  if (known !== undefined) return known;
  const answer = isAllowed(host);
  if (answers.size >= mostAnswers) answers.clear();
  answers.set(host, answer);
  return answer;
}

/**
 * Writes trace context and tenant into a carrier, wherever it goes: for queues, and for requests once `mayPropagateTo` was asked.
 */
export function injectContext<Carrier>(
  context: Context,
  carrier: Carrier,
  setter: TextMapSetter<Carrier> = defaultTextMapSetter as TextMapSetter<Carrier>,
): void {
  for (const part of parts) part.inject(context, carrier, setter);
}

/** The context with what a carrier brings: the trace, and the tenant unless it is wrong or contradicts itself. */
export function extractContext<Carrier>(
  context: Context,
  carrier: Carrier,
  getter: TextMapGetter<Carrier> = defaultTextMapGetter as TextMapGetter<Carrier>,
): Context {
  let extracted = context;
  for (const part of parts) extracted = part.extract(extracted, carrier, getter);
  return extracted;
}

/**
 * The process's propagator. OpenTelemetry's instrumentations of HTTP clients use it without asking where a request goes: it reads
 * that from the client span that they started, and writes nothing when the host is not allowed or not known.
 */
export const allowListedPropagator: TextMapPropagator = {
  inject(context, carrier, setter) {
    if (mayLeaveWith(context)) injectContext(context, carrier, setter);
  },
  extract: extractContext,
  fields: () => headers,
};

function mayLeaveWith(context: Context): boolean {
  const span = trace.getSpan(context) as { kind?: SpanKind; attributes?: Attributes } | undefined;
  if (span === undefined) return true;
  // A span that is not recorded, while the memory guard sheds, does not tell.
  if (span.kind === undefined) return false;
  if (span.kind !== SpanKind.CLIENT) return true;
  const host = hostOf(span.attributes ?? {});
  return host !== undefined && mayPropagateTo(host);
}

/** Source: OpenTelemetry semantic conventions for HTTP client spans. */
function hostOf(attributes: Attributes): string | undefined {
  const address = attributes["server.address"];
  const port = attributes["server.port"];
  if (typeof address === "string") {
    const name = address.includes(":") ? `[${address.replace(/^\[|\]$/g, "")}]` : address;
    return typeof port === "number" ? `${name}:${port}` : name;
  }
  const url = attributes["url.full"];
  return typeof url === "string" ? URL.parse(url)?.host : undefined;
}
