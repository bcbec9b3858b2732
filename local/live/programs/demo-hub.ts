import { join } from "node:path";
import { demoProcess, demoTenants, isReady, telemetry } from "../demo-environment.ts";
import { ownSecret } from "../own-secret.ts";
import type { Program } from "../program.ts";
import { demoRedisUrl } from "./demo-redis.ts";

const name = "demo-hub";
export const controlKey = "control-key";

/** The sample app's hub, whose metrics are scraped. */
export const demoHub: Program = {
  name,
  after: ["demo-redis", "gateway"],
  ports: ["http", "health"],
  prepare: async (context) => {
    const folder = context.folder(name);
    ownSecret(folder, controlKey);
    return demoProcess({
      module: "hub",
      env: {
        ...(await telemetry(context, name, "autoweave-hub")),
        OTEL_METRICS_EXPORTER: "prometheus",
        AUTOWEAVE_MAX_MEMORY_USAGE: String(512 * 2 ** 20),
        PORT: String(context.port("demo-hub-http")),
        TENANTS_FILE: context.write("tenants.json", demoTenants(context)),
        CONTROL_KEY_FILE: join(folder, controlKey),
        REDIS_URL: demoRedisUrl(context),
        SIMULATE_DEVICES: "true",
      },
      isReady: isReady(context, name),
    });
  },
};
