import type { DashboardName } from "./dashboards.ts";
import { dashboardUrl, type Links, runbookUrl, type Subject, tracesUrl } from "./links.ts";
import { duration } from "./promql.ts";
import type { AlertRule, Severity } from "./rule.ts";
import type { Team } from "./teams.ts";

/** How `$value` is written. */
const units = {
  seconds: "{{ $value | humanizeDuration }}",
  share: "{{ $value | humanizePercentage }}",
  bytes: "{{ $value | humanize1024 }}B",
  count: "{{ $value | humanize }}",
} as const;
export type Unit = keyof typeof units;

/** An alert as its author states it. */
export interface Alert {
  /** In PascalCase; its runbook is `runbooks/<alert>.md`. */
  alert: string;
  severity: Severity;
  /** Default: `platform`. */
  team?: Team;
  expr: string;
  /** How long the expression must hold. Default: it fires at once. */
  holdsSeconds?: number;
  /** How long it still fires after the expression has ceased to hold, so that it does not come and go. */
  lingersSeconds?: number;
  labels?: Record<string, string>;
  /** What is wrong, with whom; of labels only. */
  summary: string;
  description: string;
  /** Of the expression's value. */
  unit: Unit;
  /** Where to look first. Default: `operations`. */
  dashboard?: DashboardName;
  /** The labels of its own by which dashboard and traces are narrowed. */
  subject?: Subject;
  /** TraceQL that the spans fulfil which show what is wrong. */
  traces?: string;
}

/** How long a critical alert fires unsilenced before the next in line are told, in seconds. */
const escalatesAfterSeconds = 900;

/**
 * The rules of an alert. A critical one has a twin, told apart by the label `escalation`, that fires when the alert has been
 * firing for 15 minutes. Alertmanager knows no acknowledgement; to silence the alert is one, and silences the twin too.
 */
export function alertRules(alert: Alert, links: Links): AlertRule[] {
  const rule = alertRule(alert, links);
  if (alert.severity !== "critical") return [rule];
  const twin: Alert = {
    ...alert,
    holdsSeconds: (alert.holdsSeconds ?? 0) + escalatesAfterSeconds,
    labels: { ...alert.labels, escalation: "true" },
  };
  return [rule, alertRule(twin, links)];
}

function alertRule(alert: Alert, links: Links): AlertRule {
  const { holdsSeconds, lingersSeconds, subject = [], traces } = alert;
  return {
    alert: alert.alert,
    expr: alert.expr,
    ...(holdsSeconds ? { for: duration(holdsSeconds) } : {}),
    ...(lingersSeconds ? { keep_firing_for: duration(lingersSeconds) } : {}),
    labels: { severity: alert.severity, team: alert.team ?? "platform", ...alert.labels },
    annotations: {
      summary: alert.summary,
      description: alert.description,
      value: units[alert.unit],
      runbook_url: runbookUrl(links, alert.alert),
      dashboard_url: dashboardUrl(links, alert.dashboard ?? "operations", subject),
      ...(traces ? { traces_url: tracesUrl(links, traces, subject) } : {}),
    },
  };
}
