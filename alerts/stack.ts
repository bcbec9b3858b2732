import type { AlertRule, RuleGroup, RuleOptions } from "./rule.ts";

type Severity = AlertRule["labels"]["severity"];

interface StackAlert {
  alert: string;
  severity: Severity;
  expr: string;
  for?: string;
  summary: string;
  description: string;
}

const runbook = (alert: string) => `https://docs.autoweave.com/observability/runbooks/${alert}`;

const stackAlert = ({ alert, severity, expr, for: holds, summary, description }: StackAlert): AlertRule => ({
  alert,
  expr,
  ...(holds ? { for: holds } : {}),
  labels: { severity, team: "platform" },
  annotations: { summary, description, runbook_url: runbook(alert) },
});

/** One rule for all: `absent` carries the `job` that it asked for. */
const absentJobs = (jobs: readonly string[]) =>
  stackAlert({
    alert: "ScrapeJobAbsent",
    severity: "warning",
    expr: jobs.map((job) => `absent(up{job="${job}"})`).join(" or "),
    for: "15m",
    summary: "Nothing of {{ $labels.job }} is scraped.",
    description: "Prometheus has found no pod of it for 15 minutes, so nothing watches it.",
  });

/** Who watches the watchers: alerts on the stack itself. */
export const stackRules = ({ jobs }: RuleOptions): RuleGroup[] => [
  {
    name: "alerting",
    prometheus: "main",
    rules: [
      stackAlert({
        alert: "Watchdog",
        severity: "info",
        expr: "vector(1)",
        summary: "Alerting works.",
        description: "Always fires. The dead man's switch raises the alarm when it no longer hears this.",
      }),
      stackAlert({
        alert: "AlertNotificationsFailing",
        severity: "critical",
        expr:
          "sum by (integration) (rate(alertmanager_notifications_failed_total[5m])) / " +
          "sum by (integration) (rate(alertmanager_notifications_total[5m])) > 0.01",
        for: "5m",
        summary: "Alerts do not reach {{ $labels.integration }}.",
        description: "{{ $value | humanizePercentage }} of the notifications fail.",
      }),
      stackAlert({
        alert: "AlertmanagerConfigRejected",
        severity: "critical",
        expr: "min by (pod) (max_over_time(alertmanager_config_last_reload_successful[5m])) == 0",
        for: "10m",
        summary: "{{ $labels.pod }} runs an old configuration.",
        description: "Alertmanager could not load its configuration, and routes alerts by the one before.",
      }),
    ],
  },
  {
    name: "targets",
    prometheus: "main",
    rules: [
      stackAlert({
        alert: "TargetDown",
        severity: "warning",
        expr: "up == 0",
        for: "10m",
        summary: "{{ $labels.job }} cannot be scraped at {{ $labels.instance }}.",
        description: "Prometheus has had no answer for ten minutes: the pod is down or the network is shut.",
      }),
      absentJobs(jobs),
    ],
  },
  {
    name: "long-term",
    prometheus: "main",
    rules: [
      stackAlert({
        alert: "LongTermWritesFailing",
        severity: "warning",
        expr: "sum by (pod, url) (rate(prometheus_remote_storage_samples_failed_total[15m])) > 0",
        for: "15m",
        summary: "{{ $labels.pod }} cannot write to {{ $labels.url }}.",
        description: "Recorded series are lost to error budgets and to windows longer than a day.",
      }),
    ],
  },
];
