import type { Team } from "./teams.ts";

export type Severity = "critical" | "warning" | "info";

export interface AlertRule {
  alert: string;
  expr: string;
  /** How long the expression must hold, e.g. `10m`; fires at once when absent. */
  for?: string;
  /** How long it still fires after the expression has ceased to hold. */
  keep_firing_for?: string;
  labels: { severity: Severity; team: Team } & Record<string, string>;
  annotations: {
    /** What is wrong, with whom: of labels only, so that it stays the same for as long as the alert fires. */
    summary: string;
    description: string;
    /** The value that broke the bound, with its unit. */
    value: string;
    runbook_url: string;
    dashboard_url: string;
  } & Record<string, string>;
}

export interface RecordingRule {
  /** `level:metric:operations`. */
  record: string;
  expr: string;
  labels?: Record<string, string>;
}

/** Keeps every series for days, or the recorded ones for more than a year. */
type Prometheus = "main" | "long-term";

export interface RuleGroup {
  /** In lower case with hyphens: it names a Kubernetes resource too. */
  name: string;
  /** The Prometheus that evaluates it. */
  prometheus: Prometheus;
  /** Of evaluation; the Prometheus' own when absent. */
  intervalSeconds?: number;
  rules: (AlertRule | RecordingRule)[];
}
