import type { IPrometheusRule } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";
import type { RuleGroup } from "../../alerts/rule.ts";
import { evaluatedByLabel } from "./prometheus.ts";

/** A group of rules as the operator reads it. */
export const prometheusRule = (
  { name, prometheus, intervalSeconds, rules }: RuleGroup,
  namespace: string,
): Pick<IPrometheusRule, "metadata" | "spec"> => ({
  metadata: { name, namespace, labels: { [evaluatedByLabel]: prometheus } },
  spec: {
    groups: [{ name, ...(intervalSeconds ? { interval: `${intervalSeconds}s` } : {}), rules }],
  },
});
