import { registerGlobals } from "../../src/context/globals.ts";
import { setProcessTenant } from "../../src/context/tenant.ts";
import { systemClock } from "../../src/clock.ts";
import { LogCore } from "../../src/logs/core.ts";
import { MetricsCore } from "../../src/metrics/core.ts";
import { telemetry } from "../../src/telemetry.ts";
import { TracingCore } from "../../src/traces/core.ts";
import type { ReadableSpan } from "../../src/traces/readable-span.ts";

/** The process's telemetry, live and kept in memory: what instrumentations record with it. */
export interface RecordedTelemetry {
  /** In the order of their ends. */
  readonly spans: ReadableSpan[];
  /** Log lines of every level, parsed. */
  readonly lines: Record<string, unknown>[];
  /** The only span of that name; throws when there is none or more. */
  span(name: string): ReadableSpan;
  /** Resolves when so many spans have ended. */
  ended(count: number): Promise<void>;
  /** The value of a series, of a histogram its count: `name{label="value",…}` with the labels in any order; 0 when it is absent. */
  metric(name: string, labels?: Labels): Promise<number>;
  /** The sum of a histogram's values. */
  sum(name: string, labels?: Labels): Promise<number>;
  stop(): Promise<void>;
}

type Labels = Readonly<Record<string, string>>;

/** An empty label is an absent one, as to Prometheus. */
const hasLabels = (line: string, labels: Labels) =>
  Object.entries(labels).every(([key, value]) =>
    value === "" ? !line.includes(`${key}=`) : line.includes(`${key}="${value}"`),
  );

export const ownTenant = "own-tenant";

export function recordTelemetry(
  propagateTo: readonly string[] = ["127.0.0.1", "localhost"],
): RecordedTelemetry {
  const spans: ReadableSpan[] = [];
  const lines: Record<string, unknown>[] = [];
  const waiting = new Set<() => void>();
  const common = { tenantId: ownTenant, clock: systemClock };
  const tracing = new TracingCore({
    ...common,
    samplingRate: 1,
    maxTracesPerSecond: 1_000_000,
    slowOperationMs: 60_000,
    sink: {
      accept(span) {
        spans.push(span);
        for (const wake of waiting) wake();
      },
    },
    onDrop() {},
  });
  const metrics = new MetricsCore({
    service: "test",
    environment: "test",
    version: "1",
    tenantId: ownTenant,
    maxLabelValues: 100,
    maxSeriesPerMetric: 1_000,
    exemplars: false,
    nodeMetrics: false,
    onDrop() {},
  });
  const logs = new LogCore({
    service: "test",
    environment: "test",
    level: "trace",
    redactPaths: [],
    destination: { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  });
  const unregister = registerGlobals({ provider: tracing.provider, propagateTo });
  setProcessTenant(ownTenant);
  telemetry.tracer.attach(tracing);
  telemetry.metrics.attach(metrics);
  telemetry.logger.attach(logs);

  async function value(name: string, labels: Labels = {}): Promise<number> {
    const { body } = await metrics.exposition("text/plain;version=0.0.4");
    const lines = body.split("\n").filter((line) => line.startsWith(`${name}{`) && hasLabels(line, labels));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
  }

  return {
    spans,
    lines,
    span(name) {
      const [found, ...more] = spans.filter((span) => span.name === name);
      if (found && more.length === 0) return found;
      throw new Error(
        `${more.length + (found ? 1 : 0)} spans are called ${name}, of ${spans.map((span) => span.name).join(", ")}`,
      );
    },
    async ended(count) {
      while (spans.length < count) {
        await new Promise<void>((resolve) => waiting.add(resolve));
        waiting.clear();
      }
    },
    metric: async (name, labels) => (await value(name, labels)) + (await value(`${name}_count`, labels)),
    sum: (name, labels) => value(`${name}_sum`, labels),
    async stop() {
      telemetry.tracer.detach();
      telemetry.metrics.detach();
      telemetry.logger.detach();
      setProcessTenant(undefined);
      unregister();
      metrics.close();
      await tracing.shutdown();
    },
  };
}
