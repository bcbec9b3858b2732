import { telemetry } from "../telemetry.ts";

/** Whether anything that is recorded goes anywhere: between `initialize()` and `shutdown()`. */
export const isLive = (): boolean =>
  telemetry.tracer.isAttached || telemetry.metrics.isAttached || telemetry.logger.isLevelEnabled("fatal");
