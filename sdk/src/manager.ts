import type { IncomingMessage, ServerResponse } from "node:http";
import { type Clock, systemClock } from "./clock.ts";
import { warn } from "./diagnostics.ts";
import type { Outlets } from "./export/outlets.ts";
import { otlpOutlets } from "./export/otlp-outlets.ts";
import type { HealthCheck } from "./health/check.ts";
import { type CheckOptions, Health, type HealthReport } from "./health/health.ts";
import { instrumentGraphQL } from "./instrument/graphql/graphql.ts";
import {
  createHTTPMiddleware,
  type HTTPMiddleware,
  type HTTPMiddlewareOptions,
} from "./instrument/http/middleware.ts";
import { traceOutgoingRequests } from "./instrument/http/outgoing.ts";
import { assistInstrumentations } from "./instrument/instrumentations.ts";
import { instrumentMemorySystem } from "./instrument/memory-system.ts";
import { instrumentPluginLoader } from "./instrument/plugins.ts";
import { instrumentQueueManager, type QueueOptions } from "./instrument/queue/queue.ts";
import { instrumentUSBDaemon } from "./instrument/usb/usb.ts";
import type { DeliveryCounts } from "./delivery/record.ts";
import type { LogDestination } from "./logs/core.ts";
import type { LogLevel } from "./logs/level.ts";
import type { Signal } from "./names/index.ts";
import type { ResolvedOptions } from "./options/options.ts";
import { accepted } from "./options/resolve.ts";
import { resourceOf } from "./resource.ts";
import { Running } from "./running.ts";
import { telemetry } from "./telemetry.ts";
import { boundedText } from "./otlp/plain.ts";

/** What tests put in the place of the backends and of time. */
export interface ManagerParts {
  outlets?: (options: ResolvedOptions, clock: Clock) => Outlets;
  clock?: Clock;
  /** Default: stdout. */
  logDestination?: LogDestination;
}

const toBackends = (options: ResolvedOptions, clock: Clock) =>
  otlpOutlets(options, resourceOf(options), clock);

/**
 * The telemetry of a process, from `initialize()` to `shutdown()`. Made by `initializeObservability`.
 *
 * Components may be instrumented before `initialize()`: what they do is recorded from then on.
 */
export class ObservabilityManager {
  readonly options: ResolvedOptions;
  readonly #parts: Required<Pick<ManagerParts, "outlets" | "clock">> & Pick<ManagerParts, "logDestination">;
  readonly #health: Health;
  readonly #undo: (() => void)[] = [];
  #started: Promise<void> | undefined;
  #ended: Promise<void> | undefined;
  #running: Running | undefined;
  #deliveries: Outlets | undefined;

  constructor(options: ResolvedOptions, parts: ManagerParts = {}) {
    const { outlets = toBackends, clock = systemClock, logDestination } = parts;
    this.options = options;
    this.#parts = { outlets, clock, ...(logDestination ? { logDestination } : {}) };
    this.#health = new Health({
      service: options.serviceName,
      version: options.serviceVersion,
      environment: options.environment,
      clock,
      isAlive: () => this.#running?.eventLoop.isAlive ?? true,
    });
  }

  /** Whether `shutdown()` was called. */
  get stopped(): boolean {
    return this.#ended !== undefined;
  }

  /** Starts everything that the options switch on. Called again, it does nothing more. */
  initialize(): Promise<void> {
    return (this.#started ??= this.#start());
  }

  /**
   * Sends what waits, for at most `shutdownTimeoutMs`, takes every instrumentation back and ends. Never rejects. A new manager
   * can be set up after that.
   */
  shutdown(): Promise<void> {
    return (this.#ended ??= this.#stop());
  }

  /** Sends what waits now. Resolves when nothing does any more, or after `timeoutMs` (default: `shutdownTimeoutMs`). */
  async flush(timeoutMs: number = this.options.shutdownTimeoutMs): Promise<void> {
    await this.#running?.flush(timeoutMs);
  }

  /**
   * Spans, metrics and log lines of a USB daemon: AutoWeave's own, or the `usb` package's (2.x, 3.x, WebUSB).
   * @throws ObservabilityConfigError `AUTOWEAVE_NOT_INSTRUMENTABLE`, with what was looked for.
   */
  instrumentUSBDaemon(daemon: object): void {
    this.instrument(() => instrumentUSBDaemon(daemon));
  }

  /**
   * Spans and metrics of a plugin loader.
   * @throws ObservabilityConfigError `AUTOWEAVE_NOT_INSTRUMENTABLE`, with what was looked for.
   */
  instrumentPluginLoader(loader: object): void {
    this.instrument(() => instrumentPluginLoader(loader));
  }

  /**
   * Spans and metrics of a queue: BullMQ's queues, workers and managers of them, or any other (see `QueueLike`).
   * @throws ObservabilityConfigError `AUTOWEAVE_NOT_INSTRUMENTABLE`, with what was looked for.
   */
  instrumentQueueManager(queue: object, options?: QueueOptions): void {
    this.instrument(() => instrumentQueueManager(queue, options));
  }

  /**
   * Spans and metrics of a memory system. Contents are recorded with `recordMemoryContents` only.
   * @throws ObservabilityConfigError `AUTOWEAVE_NOT_INSTRUMENTABLE`, with what was looked for.
   */
  instrumentMemorySystem(memory: object): void {
    const { recordMemoryContents } = this.options;
    this.instrument(() => instrumentMemorySystem(memory, { recordContents: recordMemoryContents }));
  }

  /**
   * Spans and metrics of a GraphQL schema's resolvers. Arguments are recorded with `recordGraphQLArguments` only.
   * @throws ObservabilityConfigError `AUTOWEAVE_NOT_INSTRUMENTABLE`, with what was looked for.
   */
  instrumentGraphQL(schema: object): void {
    const { recordGraphQLArguments } = this.options;
    this.instrument(() => instrumentGraphQL(schema, { recordArguments: recordGraphQLArguments }));
  }

  /** Instruments something else until `shutdown()`, which calls what `begin` returned. */
  instrument(begin: () => () => void): void {
    const undo = begin();
    if (this.stopped) undo();
    else this.#undo.push(undo);
  }

  /** A middleware for express 4 and 5 and for Node's `http` that traces and measures requests. */
  createHTTPMiddleware(options?: HTTPMiddlewareOptions): HTTPMiddleware {
    return createHTTPMiddleware(options);
  }

  /** A middleware that answers `/live`, `/ready`, `/health` and `/metrics`, for apps that have no port to spare for them. */
  createHealthMiddleware(): (request: IncomingMessage, response: ServerResponse, next?: () => void) => void {
    return (request, response, next) => {
      if (!this.#running?.healthHandler(request, response)) next?.();
    };
  }

  /**
   * Adds a check to `/health` and, if it is critical, to `/ready`.
   * @param name Small letters, digits and underscores.
   * @throws ObservabilityConfigError `AUTOWEAVE_INVALID_HEALTH_CHECK`
   */
  addHealthCheck(name: string, check: HealthCheck, options?: CheckOptions): void {
    this.#health.addCheck(name, check, options);
  }

  removeHealthCheck(name: string): void {
    this.#health.removeCheck(name);
  }

  /** Runs the health checks, unless they ran within the last second. */
  health(): Promise<HealthReport> {
    return this.#health.run();
  }

  /** Answers 503 at `/ready` from now on: for an app that is about to end what it has begun. */
  drain(): void {
    this.#health.drain();
  }

  /** Where the health endpoints are served; `undefined` before `initialize()`, and when the port was taken. */
  get healthPort(): number | undefined {
    return this.#running?.server?.port;
  }

  /**
   * Changes the sampling of traces that start from now on.
   * @throws ObservabilityConfigError `AUTOWEAVE_INVALID_OPTIONS`, as the options do.
   */
  setSampling(change: { samplingRate?: number; maxTracesPerSecond?: number }): void {
    const { samplingRate, maxTracesPerSecond } = change;
    this.#running?.tracing?.setSampling({
      ...(samplingRate === undefined ? {} : { samplingRate: accepted("samplingRate", samplingRate) }),
      ...(maxTracesPerSecond === undefined
        ? {}
        : { maxTracesPerSecond: accepted("maxTracesPerSecond", maxTracesPerSecond) }),
    });
  }

  /**
   * Changes the least severe level that is logged, for every logger that has none of its own.
   * @throws ObservabilityConfigError `AUTOWEAVE_INVALID_OPTIONS`
   */
  setLogLevel(level: LogLevel): void {
    telemetry.logger.level = accepted("logLevel", level);
  }

  /** The metrics as they are now, in Prometheus' text format; empty while they are off. */
  async metricsPage(): Promise<string> {
    return (await this.#running?.metrics?.exposition(undefined))?.body ?? "";
  }

  /** What became of a signal's telemetry, in items; `undefined` for one that is not delivered. */
  deliveryCounts(signal: Signal): DeliveryCounts | undefined {
    return this.#deliveries?.counts(signal);
  }

  async #start(): Promise<void> {
    if (this.stopped) return;
    const { outlets, ...parts } = this.#parts;
    this.#deliveries = outlets(this.options, parts.clock);
    this.#running = await Running.start({
      ...parts,
      options: this.options,
      outlets: this.#deliveries,
      health: this.#health,
    });
    const { instrumentations } = this.options;
    this.instrument(() => assistInstrumentations(instrumentations));
    this.instrument(() => traceOutgoingRequests(instrumentations));
    this.#health.markReady();
  }

  async #stop(): Promise<void> {
    this.#health.drain();
    await this.#started?.catch(() => {});
    for (const undo of this.#undo.splice(0).reverse()) undo();
    await this.#running
      ?.shutdown()
      .catch((error: unknown) => warn(`The shutdown failed: ${boundedText(error)}`));
    this.#running = undefined;
  }
}
