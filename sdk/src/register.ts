/**
 * Telemetry for an app that is started with `node --import @autoweave/observability/register app.js`: configured by the environment
 * alone. Incoming and outgoing HTTP requests, GraphQL and BullMQ are traced and measured by themselves; what OpenTelemetry has
 * instrumentations for, by those that `AUTOWEAVE_INSTRUMENTATIONS` lists, e.g. `ioredis,pg`, and that the app has installed.
 */
import { startFromEnvironment } from "./register/start.ts";

await startFromEnvironment();
