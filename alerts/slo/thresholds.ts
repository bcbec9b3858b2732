import type { Alert } from "../alert.ts";
import type { Slo } from "../slos.ts";
import { measurementOf } from "./indicators.ts";
import { looksAtTenants, promiseAlert } from "./promise-alert.ts";
import { type Scope, scopesFrom } from "./scope.ts";
import { baseSeconds, ofSlo, rate } from "./series.ts";

/** How long a threshold must be exceeded, in seconds. */
const holdsSeconds = { warning: 120, critical: 30 } as const;

/** A value that hovers around its threshold is one alert. */
const lingersSeconds = 120;

/** The alerts of a promise's fixed thresholds: what is wrong now, whatever is left of the budget. */
export function thresholdAlerts(slo: Slo): Alert[] {
  const { finest } = measurementOf(slo);
  return (["warning", "critical"] as const).flatMap((severity) => {
    const threshold = slo.thresholds[severity];
    return threshold === undefined
      ? []
      : scopesFrom(finest).map((scope) => thresholdAlert(slo, severity, threshold, scope));
  });
}

function thresholdAlert(slo: Slo, severity: "warning" | "critical", threshold: number, scope: Scope): Alert {
  const { breach, breachText, unit } = measurementOf(slo);
  const enough = slo.minimumErrors
    ? `\nand ${baseSeconds} * ${rate(scope, "errors")}${ofSlo(slo.id)} >= ${slo.minimumErrors}`
    : "";
  const affected = looksAtTenants(slo, scope)
    ? " Most of its tenants are affected, or all of them a little."
    : "";
  return promiseAlert(slo, scope, {
    what: "Breached",
    severity,
    condition: "threshold",
    expr: `${breach(scope, threshold)}${enough}`,
    active: `${rate("tenant", "events")}${ofSlo(slo.id)}`,
    holdsSeconds: holdsSeconds[severity],
    lingersSeconds,
    summary: breachText(threshold),
    description: `Promised: ${slo.promise}.${affected}`,
    unit,
  });
}
