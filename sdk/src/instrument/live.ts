import { telemetry } from "../telemetry.ts";

/** Whether there is telemetry: a signal is switched on, between `initialize()` and `shutdown()`. */
export const isTelemetryOn = (): boolean =>
  telemetry.tracer.isAttached || telemetry.metrics.isAttached || telemetry.logger.isDelivered();

/** The same, or lines of the app's own are logged, which tell the tenant of what is instrumented. */
export const isLive = (): boolean =>
  telemetry.tracer.isAttached || telemetry.metrics.isAttached || telemetry.logger.isLevelEnabled("fatal");
