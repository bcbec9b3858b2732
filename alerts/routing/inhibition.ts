import { anyOf } from "../promql.ts";

export interface InhibitRule {
  source_matchers: string[];
  target_matchers: string[];
  equal: string[];
}

/** Labels that tell apart what may be wrong with the same alert's name. */
const thing = ["pod", "exporter", "persistentvolumeclaim", "name"];

/**
 * One page for one fault. An alert whose source fires is not sent; where a label of `equal` is missing on both sides, it is
 * equal.
 * @param premium ids of the tenants whose alerts are always sent: somebody of their own waits for them.
 */
export const inhibitRules = (premium: readonly string[]): InhibitRule[] => [
  {
    source_matchers: ['severity="critical"'],
    target_matchers: ['severity="warning"'],
    equal: ["alertname", "tenant_id", "service", ...thing],
  },
  // When most tenants of a service are affected, the service's alert speaks for them.
  speaksForTenants('severity="critical"', 'severity=~"critical|warning"', premium),
  speaksForTenants('severity="warning"', 'severity="warning"', premium),
  // What is wrong now says more than the budget that it burns.
  {
    source_matchers: ['condition="threshold"', 'severity="critical"'],
    target_matchers: ['condition="burn-rate"', 'severity="critical"'],
    equal: ["slo", "tenant_id", "service"],
  },
];

const speaksForTenants = (source: string, target: string, premium: readonly string[]): InhibitRule => ({
  source_matchers: ['scope="service"', source],
  target_matchers: [
    'scope="tenant"',
    target,
    ...(premium.length > 0 ? [`tenant_id!~"${anyOf(premium)}"`] : []),
  ],
  equal: ["slo", "condition", "service"],
});
