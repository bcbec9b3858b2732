import { readFileSync } from "node:fs";
import { z } from "zod";

const datasource = z.object({
  name: z.string(),
  type: z.string(),
  uid: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
});

const settings = z.object({
  stack: z.string(),
  /** Ports of 127.0.0.1. */
  ports: z.object({ http: z.int(), smtp: z.int() }),
  /** Where the records, logs and ports of the stack's processes are. */
  stackFolder: z.string(),
  /** The file in which notifications are kept. */
  notifications: z.string(),
  /** The folder with the dashboards, a file of JSON each. */
  dashboards: z.string(),
  /** Grafana's, as they are reached from here. */
  datasources: z.array(datasource),
  /** Where a tenant is answered with its own metrics alone. */
  tenantMetricsUrl: z.string(),
  scrapeIntervalSeconds: z.number(),
  /** What the links in alerts begin with. */
  grafanaUrl: z.string(),
  tenants: z.array(z.object({ id: z.string(), tier: z.string(), tokenFile: z.string() })),
});

/** What the desk is told when it starts. */
export type DeskSettings = z.infer<typeof settings>;
export type DeskDatasource = z.infer<typeof datasource>;

/** @throws Error when the file cannot be read, or does not hold what it should. */
export const readSettings = (path: string): DeskSettings =>
  settings.parse(JSON.parse(readFileSync(path, "utf8")));
