import { createHash, timingSafeEqual } from "node:crypto";
import express, { type RequestHandler } from "express";
import { type FaultSelection, readOrder } from "./fault-kinds.ts";
import { Faults, type Hub } from "./faults.ts";

/** `/control/faults`: GET tells what is wrong on purpose, POST begins a fault, DELETE ends one or all. Not for tenants. */
export function control(key: string, hub: Hub): express.Router {
  const faults = new Faults(hub);
  const tenants = hub.tenants.map(({ id }) => id);
  const router = express.Router();
  router.use(authorize(key), express.json());
  router.get("/faults", (_, response) => {
    response.json(faults.running);
  });
  router.post("/faults", (request, response) => {
    try {
      response.status(201).json(faults.start(readOrder(request.body as Record<string, unknown>, tenants)));
    } catch (error) {
      response.status(400).json({ error: (error as Error).message });
    }
  });
  router.delete("/faults", (request, response) => {
    response.json(faults.stop(request.query as FaultSelection));
  });
  return router;
}

/** From this machine, and with the key. */
function authorize(key: string): RequestHandler {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const expected = digest(`Bearer ${key}`);
  return (request, response, next) => {
    const isHere = ["127.0.0.1", "::1", "::ffff:127.0.0.1"].includes(request.socket.remoteAddress ?? "");
    const isKnown = timingSafeEqual(digest(request.headers.authorization ?? ""), expected);
    if (isHere && isKnown) return next();
    response.status(isHere ? 401 : 403).json({ error: "not for you" });
  };
}
