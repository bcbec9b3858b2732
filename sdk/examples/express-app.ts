import { once } from "node:events";
import { getLogger, initializeObservability } from "@autoweave/observability";
import express, { type Request } from "express";

const observability = initializeObservability({ serviceName: "device-api", tenantId: "shared" });
await observability.initialize();

/** Stands for the app's own authentication: never take the tenant from what a client merely says. */
const sessions = new Map([["secret-of-acme", "acme"]]);
const tenantOf = (request: Request) => sessions.get(request.headers.authorization ?? "");

const log = getLogger().child({ component: "devices" });
const app = express();
app.use(observability.createHTTPMiddleware({ tenant: (request) => tenantOf(request as Request) }));
app.get("/devices/:id", (request, response) => {
  log.info({ device: request.params.id }, "device shown");
  response.json({ id: request.params.id });
});

observability.addHealthCheck("sessions", () => sessions.size > 0 || "no sessions are known");

const server = app.listen(Number(process.env["PORT"] ?? 3000));
await once(server, "listening");
log.info({ address: server.address() }, "listening");

process.once("SIGTERM", () => {
  // No new requests from the load balancer; those under way are answered.
  observability.drain();
  server.close(() => void observability.shutdown());
});
