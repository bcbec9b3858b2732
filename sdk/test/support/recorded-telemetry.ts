import { registerGlobals } from "../../src/context/globals.ts";
import { setProcessTenant } from "../../src/context/tenant.ts";
import { systemClock } from "../../src/clock.ts";
import { MetricsCore } from "../../src/metrics/core.ts";
import { telemetry } from "../../src/telemetry.ts";
import { TracingCore } from "../../src/traces/core.ts";
import { resourceFromAttributes } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";

/** The process's telemetry, live and kept in memory: what instrumentations record with it. */
export interface RecordedTelemetry {
  /** In the order of their ends. */
  readonly spans: ReadableSpan[];
  /** The only span of that name; throws when there is none or more. */
  span(name: string): ReadableSpan;
  /** Resolves when so many spans have ended. */
  ended(count: number): Promise<void>;
  /** The value of a series, of a histogram its count: `name{label="value",…}` with the labels in any order; 0 when it is absent. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  stop(): Promise<void>;
}

export const ownTenant = "own-tenant";

export function recordTelemetry(
  propagateTo: readonly string[] = ["127.0.0.1", "localhost"],
): RecordedTelemetry {
  const spans: ReadableSpan[] = [];
  const waiting = new Set<() => void>();
  const common = { tenantId: ownTenant, clock: systemClock };
  const tracing = new TracingCore({
    ...common,
    resource: resourceFromAttributes({}),
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
  const unregister = registerGlobals({ provider: tracing.provider, propagateTo });
  setProcessTenant(ownTenant);
  telemetry.tracer.attach(tracing);
  telemetry.metrics.attach(metrics);

  return {
    spans,
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
    async metric(name, labels = {}) {
      const { body } = await metrics.exposition("text/plain;version=0.0.4");
      const wanted = Object.entries(labels);
      const lines = String(body)
        .split("\n")
        .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name}_count{`))
        .filter((line) =>
          // An empty label is an absent one, to Prometheus too.
          wanted.every(
            ([key, value]) =>
              line.includes(value === "" ? "" : `${key}="${value}"`) &&
              (value !== "" || !line.includes(`${key}=`)),
          ),
        );
      return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
    },
    async stop() {
      telemetry.tracer.detach();
      telemetry.metrics.detach();
      setProcessTenant(undefined);
      unregister();
      metrics.close();
      await tracing.shutdown();
    },
  };
}
