import type { Row } from "../../dashboard.ts";
import { timeSeries } from "../../panels/time-series.ts";

/** Whether alerts reach somebody. */
export const alertingRow: Row = {
  title: "Alertmanager and Grafana",
  panels: [
    timeSeries({
      title: "Notifications",
      description: "Sent, by integration.",
      noValue: "Nothing was sent",
      unit: "cps",
      width: 6,
      queries: [
        {
          expr: "sum by (integration) (rate(alertmanager_notifications_total[$__rate_interval])) > 0",
          legend: "{{integration}}",
        },
      ],
    }),
    timeSeries({
      title: "Notifications failed",
      description: "Share that did not arrive, by integration.",
      noValue: "Nothing was sent",
      unit: "percentunit",
      width: 6,
      limits: { critical: 0.01 },
      max: 0.02,
      queries: [
        {
          expr:
            "sum by (integration) (rate(alertmanager_notifications_failed_total[$__rate_interval])) / " +
            "(sum by (integration) (rate(alertmanager_notifications_total[$__rate_interval])) > 0)",
          legend: "{{integration}}",
        },
      ],
    }),
    timeSeries({
      title: "Members of the cluster",
      description:
        "How many Alertmanagers each of them knows. Those that do not know each other notify twice.",
      unit: "none",
      width: 6,
      queries: [{ expr: "max by (pod) (alertmanager_cluster_members)", legend: "{{pod}}" }],
    }),
    timeSeries({
      title: "Grafana",
      description: "Replicas that answer.",
      unit: "none",
      width: 6,
      queries: [{ expr: 'sum(up{job="grafana"})', legend: "up" }],
    }),
  ],
};
