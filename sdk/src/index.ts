export type { HealthCheck, HealthResult, CheckReport } from "./health/check.ts";
export type { CheckOptions, HealthReport } from "./health/health.ts";
export { withTenant, currentTenant } from "./context/tenant.ts";
export type { DeliveryCounts } from "./delivery/record.ts";
export { getObservabilityManager, initializeObservability } from "./globals.ts";
export { traceGraphQLExecution } from "./instrument/graphql/execution.ts";
export type { GraphQLOptions } from "./instrument/graphql/operation.ts";
export { createHTTPMiddleware } from "./instrument/http/middleware.ts";
export type { HTTPMiddleware, HTTPMiddlewareOptions } from "./instrument/http/middleware.ts";
export type { MemorySystem } from "./instrument/memory-system.ts";
export type { PluginLoader } from "./instrument/plugins.ts";
export { createBullMQTelemetry } from "./instrument/queue/bullmq-telemetry.ts";
export type { BullMQTelemetry, BullMQTelemetryOptions } from "./instrument/queue/bullmq-telemetry.ts";
export type { Job } from "./instrument/queue/job.ts";
export type { QueueOptions } from "./instrument/queue/queue.ts";
export type { QueueLike } from "./instrument/queue/queue-like.ts";
export type {
  USBDaemon,
  USBDaemonDevice,
  USBDaemonTransfer,
  USBDaemonTransferRequest,
} from "./instrument/usb/daemon.ts";
export type { LogLevel } from "./logs/level.ts";
export type { Logger } from "./logs/logger.ts";
export type { ObservabilityManager } from "./manager.ts";
export type { BusinessOperation, Metrics } from "./metrics/metrics.ts";
export type { Counter, Gauge, Histogram } from "./metrics/instruments.ts";
export { ObservabilityConfigError } from "./options/error.ts";
export type { ConfigFault, ObservabilityConfigErrorCode } from "./options/error.ts";
export type { Instrumentation } from "./options/instrumentation.ts";
export type { ObservabilityOptions, ResolvedOptions } from "./options/options.ts";
export type { AutoWeaveTracer } from "./traces/tracer.ts";

import type { Logger } from "./logs/logger.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { telemetry } from "./telemetry.ts";
import type { AutoWeaveTracer } from "./traces/tracer.ts";

/** The process's tracer. May be obtained at any time; records between `initialize()` and `shutdown()`. */
export const getGlobalTracer = (): AutoWeaveTracer => telemetry.tracer;

/** The process's metrics. May be obtained at any time; record between `initialize()` and `shutdown()`. */
export const getMetrics = (): Metrics => telemetry.metrics;

/** The process's logger, pino's interface. May be obtained at any time; writes between `initialize()` and `shutdown()`. */
export const getLogger = (): Logger => telemetry.logger;
