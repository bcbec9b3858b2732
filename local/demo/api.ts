import { getLogger } from "@autoweave/observability";
import type { Queue } from "bullmq";
import express, { type ErrorRequestHandler, type RequestHandler } from "express";
import { graphql } from "graphql";
import type { Memo } from "./memos.ts";
import type { PluginLoader } from "./plugin-loader.ts";
import { takeReading } from "./readings.ts";
import { devicesOf, schema } from "./schema.ts";
import { DeviceGone, type USBDaemon } from "./usb-daemon.ts";

interface Parts {
  /** The tenant of a request, which stands in what nobody else can send. */
  readonly tenantOf: (request: express.Request) => string | undefined;
  readonly daemon: USBDaemon;
  readonly pluginsOf: (tenantId: string) => PluginLoader;
  readonly memos: Queue<Memo>;
}

const log = getLogger().child({ component: "api" });

/** What the hub offers its tenants. */
export function api({ tenantOf, daemon, pluginsOf, memos }: Parts): express.Router {
  const router = express.Router();

  const authenticate: RequestHandler = (request, response, next) => {
    const tenantId = tenantOf(request);
    if (tenantId === undefined) return void response.status(401).json({ error: "unknown API key" });
    response.locals["tenantId"] = tenantId;
    next();
  };
  router.use(authenticate, express.json());

  router.get("/devices", (_, response) => {
    response.json(devicesOf(response.locals["tenantId"], daemon));
  });

  router.post("/devices/:id/readings", async (request, response) => {
    const { tenantId } = response.locals as { tenantId: string };
    const { id } = request.params;
    const device = devicesOf(tenantId, daemon).find((one) => one.id === id);
    if (!device) throw new DeviceGone(id);
    response.status(201).json(await takeReading(tenantId, device, daemon, pluginsOf(tenantId), memos));
  });

  router.post("/graphql", async (request, response) => {
    const { tenantId } = response.locals as { tenantId: string };
    const { query, variables } = request.body as { query: string; variables?: Record<string, unknown> };
    const contextValue = { tenantId, daemon, plugins: pluginsOf(tenantId) };
    response.json(await graphql({ schema, source: query, variableValues: variables, contextValue }));
  });

  router.use(failed);
  return router;
}

/** Says by its status what the client can help, and logs what it cannot. */
const failed: ErrorRequestHandler = (err: Error & { status?: number }, request, response, next) => {
  if (response.headersSent) return next(err);
  const { status = 500, message } = err;
  if (status >= 500) log.error({ err }, `${request.method} ${request.path} failed`);
  response.status(status).json({ error: status < 500 ? message : "internal error" });
};
