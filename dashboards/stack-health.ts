import type { Dashboard, DashboardOptions } from "./dashboard.ts";

interface Panel {
  title: string;
  description: string;
  expr: string;
  legend: string;
  unit: string;
}

const panels: Panel[] = [
  {
    title: "Targets up",
    description: "Share of each scrape job's targets that answer.",
    expr: "avg by (job) (up)",
    legend: "{{job}}",
    unit: "percentunit",
  },
  {
    title: "Firing alerts",
    description: "Alerts that fire now, by name and severity. The Watchdog always fires.",
    expr: 'sum by (alertname, severity) (ALERTS{alertstate="firing"})',
    legend: "{{alertname}} ({{severity}})",
    unit: "short",
  },
  {
    title: "Samples ingested",
    description: "Samples that each Prometheus takes in, scraped and pushed.",
    expr: "sum by (pod) (rate(prometheus_tsdb_head_samples_appended_total[5m]))",
    legend: "{{pod}}",
    unit: "cps",
  },
  {
    title: "Series in memory",
    description: "Active series of each Prometheus: the measure of cardinality.",
    expr: "max by (pod) (prometheus_tsdb_head_series)",
    legend: "{{pod}}",
    unit: "short",
  },
  {
    title: "Notifications failed",
    description: "Share of Alertmanager's notifications that did not arrive, by integration.",
    expr:
      "sum by (integration) (rate(alertmanager_notifications_failed_total[5m])) / " +
      "sum by (integration) (rate(alertmanager_notifications_total[5m]))",
    legend: "{{integration}}",
    unit: "percentunit",
  },
  {
    title: "Memory",
    description: "Resident memory of every process that is scraped.",
    expr: "sum by (job) (process_resident_memory_bytes)",
    legend: "{{job}}",
    unit: "bytes",
  },
];

const columns = 2;
const width = 24 / columns;
const height = 8;

/** Is the platform itself well? */
export const stackHealth = ({ metricsDatasource }: DashboardOptions): Dashboard => {
  const datasource = { type: "prometheus", uid: metricsDatasource };
  const uid = "autoweave-stack-health";
  const title = "Stack health";
  return {
    uid,
    title,
    folder: "AutoWeave",
    json: {
      uid,
      title,
      tags: ["autoweave"],
      schemaVersion: 41,
      editable: false,
      refresh: "30s",
      time: { from: "now-6h", to: "now" },
      panels: panels.map(({ title, description, expr, legend, unit }, index) => ({
        id: index + 1,
        type: "timeseries",
        title,
        description,
        datasource,
        gridPos: {
          x: (index % columns) * width,
          y: Math.floor(index / columns) * height,
          w: width,
          h: height,
        },
        fieldConfig: { defaults: { unit }, overrides: [] },
        targets: [{ refId: "A", datasource, expr, legendFormat: legend }],
      })),
    },
  };
};
