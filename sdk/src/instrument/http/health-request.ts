import type { IncomingMessage } from "node:http";
import { pathOf } from "./attributes.ts";

/** `url` is what is left of it below a mount. */
type ExpressRequest = IncomingMessage & { originalUrl?: string };

const healthPaths = new Set(["/live", "/ready", "/health", "/metrics"]);

/** Whether a request looks for the health endpoints: answering those is no work of the app's. */
export const isHealthRequest = ({ method, originalUrl, url }: ExpressRequest): boolean =>
  (method === "GET" || method === "HEAD") && healthPaths.has(pathOf(originalUrl ?? url ?? ""));
