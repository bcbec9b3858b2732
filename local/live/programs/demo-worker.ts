import { demoProcess, isReady, telemetry } from "../demo-environment.ts";
import type { Program } from "../program.ts";
import { demoRedisUrl } from "./demo-redis.ts";
import { memoryDatabaseUrl } from "./postgresql.ts";

const name = "demo-worker";

/** The sample app's worker with its memory system, whose metrics are pushed. */
export const demoWorker: Program = {
  name,
  after: ["demo-redis", "postgresql", "gateway"],
  ports: ["health"],
  prepare: async (context) =>
    demoProcess({
      module: "worker",
      env: {
        ...(await telemetry(context, name, "autoweave-worker")),
        OTEL_METRICS_EXPORTER: "otlp",
        // As often as Prometheus scrapes here.
        OTEL_METRIC_EXPORT_INTERVAL: "5000",
        REDIS_URL: demoRedisUrl(context),
        DATABASE_URL: memoryDatabaseUrl(context),
      },
      isReady: isReady(context, name),
    }),
};
