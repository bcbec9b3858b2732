import type { Alert } from "../alert.ts";
import type { Severity } from "../rule.ts";
import type { Slo } from "../slos.ts";
import { measurementOf } from "./indicators.ts";
import { type Scope, alertPrefix, subjectOf, unlessFewTenants, who } from "./scope.ts";

/** What one kind of alert of a promise says, for one scope. */
interface Endangered extends Pick<
  Alert,
  "expr" | "description" | "unit" | "holdsSeconds" | "lingersSeconds"
> {
  /** End of the alert's name, e.g. `Breached`. */
  what: string;
  severity: Severity;
  condition: "threshold" | "burn-rate";
  /** What is wrong, as the end of a sentence. */
  summary: string;
  /** PromQL of the service's tenants that have any events. */
  active: string;
}

/** Whether a service's alert looks at its tenants' own first. */
export const looksAtTenants = (slo: Slo, scope: Scope): boolean =>
  scope === "service" && measurementOf(slo).finest === "tenant";

/** An alert of a promise: who is told of whom, and where the rest can be seen. */
export function promiseAlert(
  slo: Slo,
  scope: Scope,
  { what, severity, condition, summary, active, expr, ...rest }: Endangered,
): Alert {
  const { traces } = measurementOf(slo);
  const alert = `${alertPrefix(slo)}${what}`;
  return {
    ...rest,
    alert,
    severity,
    team: slo.team,
    expr: looksAtTenants(slo, scope) ? unlessFewTenants(expr, alert, severity, active) : expr,
    labels: { slo: slo.id, scope, condition },
    summary: `${slo.title}, ${who[scope]}: ${summary}.`,
    dashboard: "slo",
    subject: subjectOf(scope),
    ...(traces ? { traces } : {}),
  };
}
