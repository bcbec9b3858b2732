import { registerGlobals } from "./context/globals.ts";
import { setProcessTenant } from "./context/tenant.ts";
import type { Clock } from "./clock.ts";
import type { Outlets } from "./export/outlets.ts";
import { createMemoryGuard, type MemoryGuard } from "./guard/memory-guard.ts";
import { backendCheck, guardCheck } from "./health/checks.ts";
import { healthEndpoints, type HealthHandler } from "./health/endpoints.ts";
import { EventLoopWatch } from "./health/event-loop.ts";
import type { Health } from "./health/health.ts";
import { observeHealth } from "./health/metrics.ts";
import { type HealthServer, startHealthServer } from "./health/server.ts";
import { LogCore, type LogDestination } from "./logs/core.ts";
import { MetricsCore } from "./metrics/core.ts";
import { DropCounts, observeDelivery } from "./metrics/delivery.ts";
import { MetricsPush } from "./metrics/push.ts";
import { metrics } from "./names/index.ts";
import type { ResolvedOptions } from "./options/options.ts";
import { installProcessHooks } from "./process-hooks.ts";
import { telemetry } from "./telemetry.ts";
import { TracingCore } from "./traces/core.ts";

interface Parts {
  options: ResolvedOptions;
  outlets: Outlets;
  health: Health;
  clock: Clock;
  logDestination?: LogDestination;
}

const component = "observability";

/** Telemetry that runs: every part started, in an order in which each finds what it needs, and ended in the reverse one. */
export class Running {
  readonly tracing: TracingCore | undefined;
  readonly metrics: MetricsCore | undefined;
  readonly logs: LogCore;
  readonly guard: MemoryGuard | undefined;
  readonly eventLoop: EventLoopWatch;
  /** Answers requests for the health endpoints. */
  readonly healthHandler: HealthHandler;
  server: HealthServer | undefined;
  readonly #parts: Parts;
  readonly #push: MetricsPush | undefined;
  /** What is undone at the end, the last first. */
  readonly #undo: (() => void)[] = [];

  private constructor(parts: Parts) {
    const { options, outlets, health, clock } = parts;
    this.#parts = parts;
    setProcessTenant(options.tenantId);
    this.#undo.push(() => setProcessTenant(undefined));
    this.logs = this.#startLogs();
    this.tracing = this.#startTracing();
    this.metrics = this.#startMetrics();
    this.#push =
      this.metrics && outlets.metrics
        ? new MetricsPush({
            core: this.metrics,
            delivery: outlets.metrics,
            clock,
            intervalMs: options.metricsExportInterval,
          })
        : undefined;
    this.eventLoop = new EventLoopWatch({
      stallMs: options.eventLoopStallMs,
      clock,
      onStall: () => this.metrics?.increment(metrics.eventLoopStalls, {}, 1, options.tenantId),
    });
    this.#undo.push(() => this.eventLoop.stop());
    this.guard = options.enableProductionOptimizations ? this.#startGuard() : undefined;
    this.#addHealthChecks();
    this.healthHandler = healthEndpoints({ health, metrics: this.#metricsPage() });
  }

  /** @throws what a part throws that cannot start; those that did are ended. */
  static async start(parts: Parts): Promise<Running> {
    const running = new Running(parts);
    const { options, clock } = parts;
    if (options.enableHealthMonitoring) {
      const { healthHost: host, healthPort: port } = options;
      running.server = await startHealthServer({ host, port, handler: running.healthHandler });
    }
    running.#undo.push(
      installProcessHooks({
        flush: (timeoutMs) => running.flush(timeoutMs),
        flushSync: () => running.#flushSync(),
        saveSync: () => running.#saveSync(),
        timeoutMs: options.shutdownTimeoutMs,
        clock,
      }),
    );
    return running;
  }

  /** Sends what waits. Resolves when nothing does any more, or after `timeoutMs`. */
  async flush(timeoutMs: number): Promise<void> {
    this.#flushSync();
    await this.#push?.flush();
    await this.#parts.outlets.flush(timeoutMs);
  }

  /** Sends what waits, for as long as the options allow, and ends every part. Never rejects. */
  async shutdown(): Promise<void> {
    const { options, outlets } = this.#parts;
    this.#push?.stop();
    this.#flushSync();
    await this.#push?.flush();
    for (const undo of this.#undo.splice(0).reverse()) undo();
    // The process may exit before the end of it.
    const saveSync = () => this.#saveSync();
    process.on("exit", saveSync);
    await Promise.all([
      this.tracing?.shutdown(),
      this.server?.close(),
      outlets.shutdown(options.shutdownTimeoutMs),
    ]);
    process.off("exit", saveSync);
    this.metrics?.close();
  }

  /** Hands over to the outlets what is on its way to them. */
  #flushSync(): void {
    this.logs.flushSync();
    this.tracing?.flush();
  }

  #saveSync(): void {
    this.#flushSync();
    const { options, outlets } = this.#parts;
    outlets.saveSync(options.shutdownTimeoutMs);
  }

  #startLogs(): LogCore {
    const { options, outlets, clock, logDestination } = this.#parts;
    const core = new LogCore({
      service: options.serviceName,
      environment: options.environment,
      level: options.logLevel,
      redactPaths: options.redactPaths,
      sink: options.enableLogging ? outlets.logs : undefined,
      destination: logDestination,
      onDrop: (reason, lines) => outlets.drop("logs", reason, lines),
      clock,
    });
    telemetry.logger.attach(core);
    this.#undo.push(() => telemetry.logger.detach());
    return core;
  }

  #startTracing(): TracingCore | undefined {
    const { options, outlets, clock } = this.#parts;
    const core = options.enableTracing
      ? new TracingCore({
          samplingRate: options.samplingRate,
          maxTracesPerSecond: options.maxTracesPerSecond,
          slowOperationMs: options.slowOperationMs,
          tenantId: options.tenantId,
          sink: outlets.spans,
          clock,
          onDrop: (reason, spans) => outlets.drop("traces", reason, spans),
        })
      : undefined;
    // Tenants travel also where nothing is traced.
    this.#undo.push(registerGlobals({ provider: core?.provider, propagateTo: options.propagateTo }));
    if (!core) return undefined;
    telemetry.tracer.attach(core);
    this.#undo.push(() => telemetry.tracer.detach());
    for (const instrumentation of options.instrumentations) {
      instrumentation.setTracerProvider(core.provider);
      instrumentation.enable();
      this.#undo.push(() => instrumentation.disable());
    }
    return core;
  }

  #startMetrics(): MetricsCore | undefined {
    const { options, outlets, health, clock } = this.#parts;
    if (!options.enableMetrics) return undefined;
    const undelivered = new DropCounts();
    const core = new MetricsCore({
      service: options.serviceName,
      environment: options.environment,
      version: options.serviceVersion,
      tenantId: options.tenantId,
      maxLabelValues: options.maxLabelValues,
      maxSeriesPerMetric: options.maxSeriesPerMetric,
      exemplars: options.enableTracing,
      nodeMetrics: true,
      onDrop: (reason, items) =>
        outlets.metrics ? outlets.drop("metrics", reason, items) : undelivered.drop(reason, items),
    });
    for (const signal of outlets.signals) {
      observeDelivery(core, signal, () => outlets.counts(signal) ?? undelivered.counts());
    }
    if (!outlets.metrics) observeDelivery(core, "metrics", undelivered.counts);
    observeHealth(core, health, clock);
    // What only appears with its first stall has no increase that a rule could see.
    core.increment(metrics.eventLoopStalls, {}, 0, options.tenantId);
    telemetry.metrics.attach(core);
    this.#undo.push(() => telemetry.metrics.detach());
    return core;
  }

  #startGuard(): MemoryGuard {
    const { options, clock } = this.#parts;
    const guard = createMemoryGuard({
      maxMemoryUsageBytes: options.maxMemoryUsage,
      clock,
      onLevel: (level, usage) => {
        // Said first: at the highest level it would not reach Loki any more.
        telemetry.logger[level === 0 ? "info" : "warn"](
          { component, shedding: level, ...usage },
          level === 0
            ? "memory is sufficient again: all telemetry is kept"
            : `memory is short: telemetry is shed, level ${level}`,
        );
        this.tracing?.setShedding(level);
        this.logs.setShedding(level);
      },
    });
    this.metrics?.onCollect(() =>
      this.metrics?.set(metrics.sheddingLevel, {}, guard.level, options.tenantId),
    );
    this.#undo.push(() => guard.stop());
    return guard;
  }

  #addHealthChecks(): void {
    const { outlets, health } = this.#parts;
    const add = (name: string, check: Parameters<Health["addCheck"]>[1]) => {
      health.addCheck(name, check, { critical: false });
      this.#undo.push(() => health.removeCheck(name));
    };
    add("event_loop", this.eventLoop.check);
    for (const signal of outlets.signals) {
      add(`${signal}_backend`, backendCheck({ reachable: () => outlets.reachable(signal) }));
    }
    const { guard } = this;
    if (guard)
      add(
        "memory_guard",
        guardCheck(() => guard.level),
      );
  }

  #metricsPage() {
    const { metrics: core } = this;
    if (!core) return "Metrics are off: set enableMetrics (AUTOWEAVE_ENABLE_METRICS) to have them.";
    if (this.#parts.options.metricsExport === "scrape")
      return (accept: string | undefined) => core.page(accept);
    return (
      "Metrics are pushed by OTLP, and would count twice if they were scraped too. " +
      'Set metricsExport: "scrape" (OTEL_METRICS_EXPORTER=prometheus) to have them here instead.'
    );
  }
}
