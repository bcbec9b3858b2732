import { type Alert, alertRules } from "./alert.ts";
import { queueAlerts } from "./apps/queues.ts";
import { telemetryAlerts } from "./apps/telemetry.ts";
import { usbAlerts } from "./apps/usb.ts";
import { businessGroup } from "./business.ts";
import type { Links } from "./links.ts";
import type { RecordingRule, RuleGroup } from "./rule.ts";
import { sloGroups } from "./slo/groups.ts";
import { slos } from "./slos.ts";
import { alertingAlerts } from "./stack/alerting.ts";
import { clusterAlerts } from "./stack/cluster.ts";
import { collectorAlerts } from "./stack/collector.ts";
import { grafanaAlerts } from "./stack/grafana.ts";
import { lokiAlerts } from "./stack/loki.ts";
import { postgresqlAlerts } from "./stack/postgresql.ts";
import { prometheusAlerts } from "./stack/prometheus.ts";
import { redisAlerts } from "./stack/redis.ts";
import { ringAlerts } from "./stack/rings.ts";
import { targetAlerts } from "./stack/targets.ts";
import { tempoAlerts } from "./stack/tempo.ts";
import { tenantAlerts, type TenantLimits, tenantLimits } from "./stack/tenants.ts";

export interface RuleOptions {
  /** The scrape jobs that must be there at all times; at least one. */
  jobs: readonly string[];
  /** Kubernetes namespace of the stack. */
  namespace: string;
  tenants: readonly (TenantLimits & { tier: "standard" | "premium" })[];
  links: Links;
}

/** What is kept for more than a year: the history of promises and of business, and nothing else. */
export const longTermSeries = "[a-z_]+:[a-z_]+:(increase|max)5m";

/** Every recording and alerting rule of the stack. What the stack does not run has no alerts. */
export function ruleGroups({ jobs, namespace, tenants, links }: RuleOptions): RuleGroup[] {
  const premium = tenants.filter(({ tier }) => tier === "premium").map(({ id }) => id);
  const group = (name: string, alerts: readonly Alert[], recordings: RecordingRule[] = []): RuleGroup => ({
    name,
    prometheus: "main",
    rules: [...recordings, ...alerts.flatMap((alert) => alertRules(alert, links))],
  });
  const ifRun = (job: string, groups: RuleGroup[]) => (jobs.includes(job) ? groups : []);
  return [
    ...sloGroups(slos, { premium, links }),
    businessGroup,
    group("usb", usbAlerts),
    group("queues", queueAlerts),
    group("telemetry", telemetryAlerts),
    group("tenants", tenantAlerts, tenantLimits(tenants)),
    group("alerting", alertingAlerts),
    group("targets", targetAlerts(jobs)),
    group("prometheus", prometheusAlerts),
    group("collector", collectorAlerts),
    group("loki", lokiAlerts),
    group("tempo", tempoAlerts),
    group("rings", ringAlerts),
    group("grafana", grafanaAlerts(namespace)),
    ...ifRun("database", [group("postgresql", postgresqlAlerts)]),
    ...ifRun("redis", [group("redis", redisAlerts)]),
    group("cluster", clusterAlerts(namespace)),
  ];
}
