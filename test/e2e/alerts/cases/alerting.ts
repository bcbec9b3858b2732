import type { RuleCase } from "../../../support/promtool.ts";
import { episodeCases } from "./episode.ts";

export const alertingCases: RuleCase[] = [
  {
    promise: "Watchdog fires always, from the first moment",
    series: {},
    alert: "Watchdog",
    firing: { "0m": [{ severity: "info" }], "1h": [{ severity: "info" }] },
  },
  ...episodeCases({
    alert: "AlertNotificationsFailing",
    counters: {
      'alertmanager_notifications_total{integration="slack",pod="0"}': [100, 100, 100],
      'alertmanager_notifications_failed_total{integration="slack",pod="0"}': [0, 20, 1],
    },
    firesAfterSeconds: 300,
    endsAfterSeconds: 240,
    labels: { integration: "slack", severity: "critical" },
  }),
  {
    promise: "AlertNotificationsFailing is silent while there is nothing to notify of",
    series: {
      'alertmanager_notifications_total{integration="slack"}': "5x60",
      'alertmanager_notifications_failed_total{integration="slack"}': "5x60",
    },
    alert: "AlertNotificationsFailing",
    firing: { "30m": [] },
  },
  ...episodeCases({
    alert: "AlertmanagerConfigRejected",
    gauges: { 'alertmanager_config_last_reload_successful{pod="0"}': [1, 0, 1] },
    // It looks back five minutes, so that a restart does not end it.
    firesAfterSeconds: 600 + 270,
    endsAfterSeconds: 0,
    labels: { pod: "0", severity: "critical" },
  }),
  ...episodeCases({
    alert: "AlertmanagerPeersMissing",
    gauges: {
      'alertmanager_cluster_members{pod="0"}': [3, 2, 3],
      'alertmanager_cluster_members{pod="1"}': [3, 3, 3],
      'alertmanager_cluster_members{pod="2"}': [3, 3, 3],
    },
    firesAfterSeconds: 900,
    endsAfterSeconds: 0,
    labels: { pod: "0" },
  }),
  {
    promise: "AlertmanagerPeersMissing is silent for an Alertmanager that is alone by design",
    series: { up: "1x60" },
    alert: "AlertmanagerPeersMissing",
    firing: { "30m": [] },
  },
  ...episodeCases({
    alert: "AlertsNotSent",
    counters: { 'prometheus_notifications_dropped_total{job="prometheus",pod="0"}': [0, 1, 0] },
    firesAfterSeconds: 300,
    endsAfterSeconds: 240,
    labels: { job: "prometheus", pod: "0" },
  }),
  ...episodeCases({
    alert: "AlertsNotSent",
    gauges: {
      'prometheus_notifications_alertmanagers_discovered{job="long-term-prometheus",pod="0"}': [3, 0, 1],
    },
    firesAfterSeconds: 300,
    endsAfterSeconds: 0,
    labels: { job: "long-term-prometheus", pod: "0" },
  }),
  ...episodeCases({
    alert: "PrometheusConfigRejected",
    gauges: { 'prometheus_config_last_reload_successful{job="prometheus",pod="0"}': [1, 0, 1] },
    firesAfterSeconds: 600 + 270,
    endsAfterSeconds: 0,
    labels: { job: "prometheus", pod: "0" },
  }),
  ...episodeCases({
    alert: "RuleEvaluationsFailing",
    counters: {
      'prometheus_rule_evaluation_failures_total{job="prometheus",pod="0",rule_group="a"}': [0, 1, 0],
    },
    firesAfterSeconds: 900,
    endsAfterSeconds: 240,
    labels: { job: "prometheus", pod: "0" },
  }),
  ...episodeCases({
    alert: "RuleEvaluationsFailing",
    counters: {
      'prometheus_rule_group_iterations_missed_total{job="prometheus",pod="0",rule_group="a"}': [0, 1, 0],
    },
    firesAfterSeconds: 900,
    endsAfterSeconds: 240,
    labels: { job: "prometheus", pod: "0" },
  }),
];
