import type { Severity } from "../rule.ts";
import type { Slo } from "../slos.ts";
import { type Level, levels } from "./series.ts";

/**
 * Of whom an alert speaks: one tenant's use of a service, or a service for all. There is none for the whole: a share of all
 * events is the mean of the services' shares, so where the whole breaks its promise, a service does.
 */
export type Scope = Exclude<Level, "overall">;

/** The scopes of a promise that exists from this level up; a service's alert looks at its tenants', so they come first. */
export const scopesFrom = (finest: Scope): Scope[] =>
  finest === "tenant" ? ["tenant", "service"] : ["service"];

export const who: Record<Scope, string> = {
  tenant: "{{ $labels.service }} for tenant {{ $labels.tenant_id }}",
  service: "{{ $labels.service }}",
};

export const subjectOf = (scope: Scope) => levels[scope];

/** Fewer tenants than this are named one by one. */
const manyTenants = 3;

/** The beginning of the names of a promise's alerts, e.g. `UsbLatency`. */
export const alertPrefix = ({ id }: Slo): string =>
  id.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());

/**
 * Raises a service's alert unless its tenants' own say it: once, for the right tenant. While few of its tenants are
 * affected (less than three, or no more than half of them), each of them is named and the service is not. When most are, the
 * service is, and Alertmanager inhibits what its tenants' alerts would add. When none is, all of them together are.
 * @param active PromQL of the service's tenants that have any events.
 */
export function unlessFewTenants(expr: string, alert: string, severity: Severity, active: string): string {
  const affected = `count by (service) (ALERTS{alertname="${alert}",severity="${severity}",scope="tenant",escalation=""})`;
  return `(${expr})
unless on (service) (
  ${affected} < ${manyTenants}
  or ${affected} <= 0.5 * count by (service) (${active} > 0)
)`;
}
