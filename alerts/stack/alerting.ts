import type { Alert } from "../alert.ts";

/** Who watches the watchers: from the evaluation of a rule to the notification. */
export const alertingAlerts: Alert[] = [
  {
    alert: "Watchdog",
    severity: "info",
    expr: "vector(1)",
    summary: "Alerting works.",
    description: "Always fires. The dead man's switch raises the alarm when it no longer hears this.",
    unit: "count",
  },
  {
    alert: "AlertNotificationsFailing",
    severity: "critical",
    expr:
      "sum by (integration) (rate(alertmanager_notifications_failed_total[5m])) / " +
      "sum by (integration) (rate(alertmanager_notifications_total[5m])) > 0.01",
    holdsSeconds: 300,
    summary: "Alerts do not reach {{ $labels.integration }}.",
    description: "More than 1 % of the notifications of the last five minutes have failed.",
    unit: "share",
  },
  {
    alert: "AlertmanagerConfigRejected",
    severity: "critical",
    expr: "min by (pod) (max_over_time(alertmanager_config_last_reload_successful[5m])) == 0",
    holdsSeconds: 600,
    summary: "{{ $labels.pod }} runs an old configuration.",
    description: "Alertmanager could not load its configuration, and routes alerts by the one before.",
    unit: "count",
  },
  {
    alert: "AlertmanagerPeersMissing",
    severity: "warning",
    expr: "max by (pod) (alertmanager_cluster_members) < on () group_left () count(max by (pod) (alertmanager_cluster_members))",
    holdsSeconds: 900,
    summary: "{{ $labels.pod }} has lost sight of its peers.",
    description:
      "Alertmanagers that do not know of each other notify everybody twice, and share no silences.",
    unit: "count",
  },
  {
    alert: "AlertsNotSent",
    severity: "critical",
    expr:
      "sum by (job, pod) (rate(prometheus_notifications_dropped_total[5m])) > 0 or " +
      "min by (job, pod) (prometheus_notifications_alertmanagers_discovered) < 1",
    holdsSeconds: 300,
    summary: "{{ $labels.pod }} brings its alerts to no Alertmanager.",
    description: "Alerts were dropped, or there is no Alertmanager to send them to.",
    unit: "count",
  },
  {
    alert: "PrometheusConfigRejected",
    severity: "critical",
    expr: "min by (job, pod) (max_over_time(prometheus_config_last_reload_successful[5m])) == 0",
    holdsSeconds: 600,
    summary: "{{ $labels.pod }} runs an old configuration.",
    description: "Prometheus could not load its configuration or its rules, and goes on with those before.",
    unit: "count",
  },
  {
    alert: "RuleEvaluationsFailing",
    severity: "critical",
    expr:
      "sum by (job, pod) (increase(prometheus_rule_evaluation_failures_total[5m])) > 0 or " +
      "sum by (job, pod) (increase(prometheus_rule_group_iterations_missed_total[5m])) > 0",
    holdsSeconds: 900,
    summary: "{{ $labels.pod }} does not evaluate all of its rules.",
    description:
      "An alert whose rule fails, or is skipped because the one before took too long, does not fire.",
    unit: "count",
  },
];
