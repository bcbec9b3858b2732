import { createLogger } from "./logs/logger.ts";
import { Metrics } from "./metrics/metrics.ts";
import { AutoWeaveTracer } from "./traces/tracer.ts";

/**
 * What the app and the instrumentations record with: there from the start, live between `initialize()` and `shutdown()`, and
 * next to nothing otherwise.
 */
export const telemetry = {
  tracer: new AutoWeaveTracer(),
  metrics: new Metrics(),
  logger: createLogger(),
} as const;
