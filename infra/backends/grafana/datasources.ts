import type { StackConfig } from "../../config/schema.ts";
import { addresses } from "../../topology.ts";

/** Stable: dashboards, alerts and links name them. */
export const datasourceUids = {
  metrics: "prometheus",
  longTermMetrics: "prometheus-long-term",
  traces: "tempo",
  logs: "loki",
  alerts: "alertmanager",
} as const;

const uids = datasourceUids;

/**
 * What operators look at: the data of all tenants, linked from signal to signal.
 *
 * `$` is doubled where Grafana's own variables are meant: provisioning replaces what looks like an environment variable.
 */
export function grafanaDatasources(stack: StackConfig) {
  const { prometheus, longTermPrometheus, tempoQuery, loki, alertmanager } = addresses(stack);
  const allTenants = {
    jsonData: { httpHeaderName1: "X-Scope-OrgID" },
    secureJsonData: { httpHeaderValue1: stack.tenants.map(({ id }) => id).join("|") },
  };
  const metrics = {
    type: "prometheus",
    jsonData: {
      httpMethod: "POST",
      prometheusType: "Prometheus",
      timeInterval: `${stack.prometheus.scrapeIntervalSeconds}s`,
      exemplarTraceIdDestinations: [{ name: "trace_id", datasourceUid: uids.traces }],
    },
  };
  return {
    apiVersion: 1,
    // One that is no longer in this list goes.
    prune: true,
    datasources: [
      datasource("Prometheus", uids.metrics, prometheus, { ...metrics, isDefault: true }),
      datasource("Prometheus (long-term)", uids.longTermMetrics, longTermPrometheus, metrics),
      datasource("Tempo", uids.traces, tempoQuery, {
        type: "tempo",
        jsonData: { ...allTenants.jsonData, ...fromTraces },
        secureJsonData: allTenants.secureJsonData,
      }),
      datasource("Loki", uids.logs, loki, {
        type: "loki",
        jsonData: { ...allTenants.jsonData, ...fromLogs },
        secureJsonData: allTenants.secureJsonData,
      }),
      datasource("Alertmanager", uids.alerts, alertmanager, {
        type: "alertmanager",
        jsonData: { implementation: "prometheus", handleGrafanaManagedAlerts: false },
      }),
    ],
  };
}

const fromTraces = {
  tracesToLogsV2: {
    datasourceUid: uids.logs,
    // Logs arrive around their span, not within it.
    spanStartTimeShift: "-5m",
    spanEndTimeShift: "5m",
    tags: [{ key: "service.name", value: "service_name" }],
    customQuery: true,
    query: '{$${__tags}} | trace_id="$${__trace.traceId}"',
  },
  tracesToMetrics: {
    datasourceUid: uids.metrics,
    spanStartTimeShift: "-15m",
    spanEndTimeShift: "15m",
    tags: [{ key: "service.name", value: "service" }],
    queries: [
      {
        name: "Request rate",
        query: "sum by (span_name) (rate(traces_spanmetrics_calls_total{$$__tags}[5m]))",
      },
      {
        name: "P95 latency",
        query:
          "histogram_quantile(0.95, sum by (le, span_name) (rate(traces_spanmetrics_latency_bucket{$$__tags}[5m])))",
      },
    ],
  },
  serviceMap: { datasourceUid: uids.metrics },
  nodeGraph: { enabled: true },
};

const fromLogs = {
  derivedFields: [
    {
      name: "Trace",
      matcherType: "label",
      matcherRegex: "trace_id",
      url: "$${__value.raw}",
      datasourceUid: uids.traces,
      urlDisplayLabel: "Show the trace",
    },
  ],
};

const datasource = (name: string, uid: string, address: string, settings: object) => ({
  name,
  uid,
  url: `http://${address}`,
  access: "proxy",
  editable: false,
  ...settings,
});
