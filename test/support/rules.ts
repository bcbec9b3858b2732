import type { AlertRule, RecordingRule, RuleGroup } from "../../alerts/rule.ts";
import { type RuleOptions, ruleGroups } from "../../alerts/rules.ts";

/** A stack with everything that has alerts, one plain tenant and two of tier premium. */
export const ruleOptions: RuleOptions = {
  jobs: ["loki", "tempo", "grafana", "database", "redis"],
  namespace: "observability",
  tenants: [
    { id: "plain", tier: "standard", logsMiBPerSecond: 5, tracesMiBPerSecond: 5 },
    { id: "gold", tier: "premium", logsMiBPerSecond: 10, tracesMiBPerSecond: 1 },
    { id: "platinum", tier: "premium", logsMiBPerSecond: 5, tracesMiBPerSecond: 5 },
  ],
  links: {
    runbookUrl: "https://docs.example.com/runbooks/{alert}",
    grafanaUrl: "https://grafana.example.com",
    tracesDatasource: "tempo",
  },
};

export const allGroups: RuleGroup[] = ruleGroups(ruleOptions);

export const alertsIn = (groups: readonly RuleGroup[]): AlertRule[] =>
  groups.flatMap(({ rules }) => rules).filter((rule) => "alert" in rule);

export const recordingsIn = (groups: readonly RuleGroup[]): RecordingRule[] =>
  groups.flatMap(({ rules }) => rules).filter((rule) => "record" in rule);
