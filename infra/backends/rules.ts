import type { IPrometheusRule } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";
import { duration } from "../../alerts/promql.ts";
import type { RuleGroup } from "../../alerts/rule.ts";
import { ruleGroups } from "../../alerts/rules.ts";
import { dashboardRules } from "../../dashboards/recordings.ts";
import type { StackConfig } from "../config/schema.ts";
import { hostsOf } from "../topology.ts";
import { datasourceUids } from "./grafana/datasources.ts";
import { permanentJobs } from "./monitors.ts";
import { evaluatedByLabel } from "./prometheus.ts";

/** Every rule of this stack. */
export const rulesOf = (stack: StackConfig): RuleGroup[] => [
  ...ruleGroups({
    jobs: permanentJobs(stack),
    namespace: stack.namespace,
    tenants: stack.tenants,
    links: {
      runbookUrl: stack.alertmanager.runbookUrl,
      grafanaUrl: `https://${hostsOf(stack).grafana}`,
      tracesDatasource: datasourceUids.traces,
    },
  }),
  dashboardRules,
];

/** A group of rules as Prometheus reads it. */
export const prometheusGroup = ({ name, intervalSeconds, rules }: RuleGroup) => ({
  name,
  ...(intervalSeconds ? { interval: duration(intervalSeconds) } : {}),
  rules,
});

/** A group of rules as the operator reads it. */
export const prometheusRule = (
  group: RuleGroup,
  namespace: string,
): Pick<IPrometheusRule, "metadata" | "spec"> => ({
  metadata: { name: group.name, namespace, labels: { [evaluatedByLabel]: group.prometheus } },
  spec: { groups: [prometheusGroup(group)] },
});
