import { SpanStatusCode } from "@opentelemetry/api";
import type { ReadableSpan } from "../traces/readable-span.ts";
import { inspect } from "node:util";
import { useManager } from "../globals.ts";
import { ObservabilityManager } from "../manager.ts";
import { attributes } from "../names/index.ts";
import type { ObservabilityOptions } from "../options/options.ts";
import { resolveOptions } from "../options/resolve.ts";
import { inMemory } from "./in-memory.ts";
import { includes, matchesText, type TextMatch, unmet } from "./matching.ts";
import { readSamples, type Sample } from "./samples.ts";

/** What a span must be; what is left out may be anything. */
export interface SpanMatch {
  name?: TextMatch;
  /** These among its attributes; a pattern matches the value's text. */
  attributes?: Readonly<Record<string, unknown>>;
  status?: "unset" | "ok" | "error";
  tenantId?: string;
  /** Name of its parent. */
  parent?: TextMatch;
}

/** What a log line must be; other keys are fields of the line. */
export interface LogMatch {
  level?: string;
  msg?: TextMatch;
  [field: string]: unknown;
}

/** Telemetry that stays in memory, for the tests of an app. */
export interface TestObservability {
  readonly manager: ObservabilityManager;
  /** Every span that has ended, in that order. */
  readonly spans: readonly ReadableSpan[];
  /** Every log line, parsed. */
  readonly logs: readonly Readonly<Record<string, unknown>>[];
  /** The samples of all metrics as they are now, by Prometheus' names. */
  metrics(): Promise<readonly Sample[]>;
  /** The first span of that kind. @throws Error that lists the spans that there are. */
  expectSpan(match: SpanMatch): ReadableSpan;
  /** The value of the first sample with these labels among its own. @throws Error that lists the samples of that name. */
  expectMetric(name: string, labels?: Readonly<Record<string, TextMatch>>): Promise<number>;
  /** The first line of that kind. @throws Error that lists the lines that there are. */
  expectLog(match: LogMatch): Readonly<Record<string, unknown>>;
  /** Forgets spans and lines; metrics count on. */
  clear(): void;
  /** Ends it; the next test can start anew. */
  stop(): Promise<void>;
}

/** Every trace is kept; nothing is sent, served or shed; stdout gets no lines. */
const testDefaults: ObservabilityOptions = {
  serviceName: "test",
  tenantId: "test",
  samplingRate: 1,
  maxTracesPerSecond: 100_000,
  enableHealthMonitoring: false,
  enableProductionOptimizations: false,
  logLevel: "trace",
};

/**
 * Starts telemetry that stays in memory. Until `stop()`, `initializeObservability` returns this manager, whatever its options
 * say, so that the app under test runs as it stands.
 * @param options Whatever of them differs for a test. The environment counts for nothing.
 */
export async function startTestObservability(options: ObservabilityOptions = {}): Promise<TestObservability> {
  const memory = inMemory();
  const manager = new ObservabilityManager(resolveOptions({ ...testDefaults, ...options }, {}), {
    outlets: () => memory.outlets,
    logDestination: { write() {} },
  });
  const release = useManager(manager);
  await manager.initialize();
  const samples = async () => readSamples(await manager.metricsPage());
  const nameOfParent = ({ parentSpanContext }: ReadableSpan) =>
    memory.spans.find((span) => span.spanContext().spanId === parentSpanContext?.spanId)?.name;
  return {
    manager,
    spans: memory.spans,
    logs: memory.logs,
    metrics: samples,
    expectSpan(match) {
      const span = memory.spans.find((one) => isMatch(one, match, nameOfParent));
      if (span) return span;
      throw unmet("span", match, memory.spans.map(shownSpan));
    },
    async expectMetric(name, labels = {}) {
      const all = await samples();
      const sample = all.find((one) => one.name === name && includes(one.labels, labels));
      if (sample) return sample.value;
      const sameName = all.filter((one) => one.name === name);
      throw unmet(`sample of ${name} with`, labels, sameName.map(shownSample));
    },
    expectLog({ msg, ...fields }) {
      const line = memory.logs.find(
        (one) => (msg === undefined || matchesText(msg, String(one["msg"]))) && includes(one, fields),
      );
      if (line) return line;
      throw unmet(
        "log line",
        { msg, ...fields },
        memory.logs.map((one) => JSON.stringify(one)),
      );
    },
    clear() {
      memory.spans.length = 0;
      memory.logs.length = 0;
    },
    async stop() {
      await manager.shutdown();
      release();
    },
  };
}

const statuses = {
  [SpanStatusCode.UNSET]: "unset",
  [SpanStatusCode.OK]: "ok",
  [SpanStatusCode.ERROR]: "error",
} as const;

const isMatch = (
  span: ReadableSpan,
  { name, attributes: expected = {}, status, tenantId, parent }: SpanMatch,
  nameOfParent: (span: ReadableSpan) => string | undefined,
): boolean =>
  (name === undefined || matchesText(name, span.name)) &&
  (status === undefined || statuses[span.status.code] === status) &&
  (tenantId === undefined || span.attributes[attributes.tenantId] === tenantId) &&
  (parent === undefined || matchesText(parent, nameOfParent(span) ?? "")) &&
  includes(span.attributes, expected);

const shownSpan = ({ name, status, attributes: own }: ReadableSpan) =>
  `${name} (${statuses[status.code]}) ${inspect(own, { breakLength: Infinity })}`;

const shownSample = ({ labels, value }: Sample) => `${inspect(labels, { breakLength: Infinity })} ${value}`;
