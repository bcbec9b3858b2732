import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dashboards } from "../../dashboards/index.ts";
import type { DeskSettings } from "../../local/live/desk/settings.ts";

/** Alertmanager's JSON of one alert. */
export const webhook = (
  status: "firing" | "resolved",
  labels: Record<string, string> = {},
  annotations: Record<string, string> = {},
) => ({
  version: "4",
  groupKey: "{}:{}",
  truncatedAlerts: 0,
  status,
  receiver: "r",
  groupLabels: {},
  commonLabels: labels,
  commonAnnotations: annotations,
  externalURL: "http://127.0.0.1:9093",
  alerts: [
    {
      status,
      labels,
      annotations,
      startsAt: "2026-01-02T03:04:05.678Z",
      endsAt: "0001-01-01T00:00:00Z",
      generatorURL: "http://127.0.0.1:9090/graph",
      fingerprint: "0123456789abcdef",
    },
  ],
});

/** Settings of a desk with files in a folder, on ports that are free, and with the stack's dashboards. */
export function deskSettings(
  folder: string,
  backends: Partial<Record<"prometheus" | "loki" | "tempo" | "proxy", string>>,
): DeskSettings {
  const nowhere = "http://127.0.0.1:9";
  const { prometheus = nowhere, loki = nowhere, tempo = nowhere, proxy = nowhere } = backends;
  const headers = { "X-Scope-OrgID": "acme|globex" };
  const dashboardFolder = join(folder, "dashboards");
  mkdirSync(dashboardFolder, { recursive: true });
  const datasources = { metrics: "m", longTermMetrics: "l", traces: "t", logs: "g" };
  for (const { uid, json } of dashboards({ datasources }))
    writeFileSync(join(dashboardFolder, `${uid}.json`), JSON.stringify(json));
  return {
    stack: "dev",
    ports: { http: 0, smtp: 0 },
    stackFolder: folder,
    notifications: join(folder, "notifications.jsonl"),
    dashboards: dashboardFolder,
    datasources: [
      { name: "Prometheus", type: "prometheus", uid: "m", url: prometheus, headers: {} },
      { name: "Prometheus (long-term)", type: "prometheus", uid: "l", url: prometheus, headers: {} },
      { name: "Tempo", type: "tempo", uid: "t", url: tempo, headers },
      { name: "Loki", type: "loki", uid: "g", url: loki, headers },
    ],
    tenantMetricsUrl: proxy,
    scrapeIntervalSeconds: 30,
    grafanaUrl: "https://grafana.example.com",
    tenants: [
      { id: "acme", tier: "standard", tokenFile: "/tokens/acme" },
      { id: "globex", tier: "premium", tokenFile: "/tokens/globex" },
    ],
  };
}
