import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import { basename } from "node:path";
import { getLogger, initializeObservability, withTenant } from "@autoweave/observability";
import { Queue } from "bullmq";
import express, { type Request } from "express";
import { api } from "./api.ts";
import { Bench } from "./bench.ts";
import { control } from "./control.ts";
import { type Memo, memoQueue } from "./memos.ts";
import manifest from "./package.json" with { type: "json" };
import { PluginLoader } from "./plugin-loader.ts";
import { schema } from "./schema.ts";
import { isOn, readControlKey, readTenants, required } from "./settings.ts";
import { systemBus } from "./system-bus.ts";
import { USBDaemon } from "./usb-daemon.ts";

// Telemetry first. What else is to be said of it, such as where it goes, stands in the environment.
const observability = initializeObservability({
  serviceName: "autoweave-hub",
  serviceVersion: manifest.version,
});
const server = createServer();
observability.addHealthCheck("http", () => server.listening || "not listening yet");
await observability.initialize();
const log = getLogger().child({ component: "hub" });

const tenants = readTenants();

// USB: the real devices, and simulated ones.
const bench = isOn("SIMULATE_DEVICES") ? new Bench(tenants) : undefined;
const buses = [await systemBus(), bench?.bus].filter((bus) => bus !== undefined);
const daemon = new USBDaemon(buses, (bus) => tenants.find(({ usbBus }) => usbBus === bus)?.id);
observability.instrumentUSBDaemon(daemon);

// Plugins: each tenant has its own.
const folder = new URL("plugins/", import.meta.url);
const names = readdirSync(folder).map((file) => basename(file, ".ts"));
const loaders = new Map(tenants.map(({ id }) => [id, new PluginLoader(folder)]));
for (const [tenantId, loader] of loaders) {
  observability.instrumentPluginLoader(loader);
  await withTenant(tenantId, () => Promise.all(names.map((name) => loader.load(name))));
}
const pluginsOf = (tenantId: string) => {
  const loader = loaders.get(tenantId);
  if (!loader) throw new Error(`There is no tenant ${tenantId}.`);
  return loader;
};

daemon.on("attach", async (device) => {
  const { tenantId } = device;
  // Nobody's keyboard is touched: only what a plugin drives is opened.
  if (tenantId === undefined || !(await pluginsOf(tenantId).driverOf(device))) return;
  await daemon
    .lend(device, () => daemon.open(device))
    .catch((err: unknown) => log.error({ err, device: device.id }, "a device cannot be opened"));
});
daemon.on("error", (err, device) => log.error({ err, device: device.id }, "a device did not do as told"));

// The queue to the worker.
const memos = new Queue<Memo>(memoQueue, {
  connection: { url: required("REDIS_URL") },
  defaultJobOptions: {
    attempts: 3,
    backoff: { type: "exponential", delay: 200 },
    removeOnComplete: 100,
    removeOnFail: 100,
  },
});
observability.instrumentQueueManager(memos);
observability.instrumentGraphQL(schema);
observability.addHealthCheck("queue", async () => void (await memos.getWaitingCount()));

// HTTP
const tenantsByKey = new Map(tenants.map(({ id, apiKey }) => [`Bearer ${apiKey}`, id]));
const tenantOf = (request: Request) => tenantsByKey.get(request.headers.authorization ?? "");
const app = express();
const controlKey = readControlKey();
if (controlKey !== undefined) {
  app.use("/control", control(controlKey, { observability, tenants, pluginsOf, bench }));
}
app.use(observability.createHTTPMiddleware({ tenant: (request) => tenantOf(request as Request) }));
app.use(api({ tenantOf, daemon, pluginsOf, memos }));

server.on("request", app).listen(Number(required("PORT")), process.env["HOST"] ?? "127.0.0.1");
await once(server, "listening");
daemon.start();
log.info({ address: server.address(), devices: daemon.getDevices().length }, "listening");

process.once("SIGTERM", () => {
  // No new requests from the load balancer; those under way are answered.
  observability.drain();
  bench?.stop();
  daemon.stop();
  server.close(() => void memos.close().then(() => observability.shutdown()));
  server.closeIdleConnections();
});
