export interface AlertRule {
  alert: string;
  expr: string;
  /** How long the expression must hold, e.g. `10m`; fires at once when absent. */
  for?: string;
  labels: { severity: "critical" | "warning" | "info"; team: string } & Record<string, string>;
  annotations: { summary: string; description: string; runbook_url: string } & Record<string, string>;
}

interface RecordingRule {
  /** `level:metric:operations`. */
  record: string;
  expr: string;
  labels?: Record<string, string>;
}

/** Keeps every series for days, or the recorded ones for more than a year. */
type Prometheus = "main" | "long-term";

export interface RuleGroup {
  name: string;
  /** The Prometheus that evaluates it. */
  prometheus: Prometheus;
  /** Of evaluation; the Prometheus' own when absent. */
  intervalSeconds?: number;
  rules: (AlertRule | RecordingRule)[];
}

export interface RuleOptions {
  /** The scrape jobs that must be there at all times; at least one. */
  jobs: readonly string[];
}
