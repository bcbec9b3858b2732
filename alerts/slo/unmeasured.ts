import type { Alert } from "../alert.ts";
import type { Slo } from "../slos.ts";
import { alertPrefix, who } from "./scope.ts";
import { ofSlo, rate } from "./series.ts";

/** The alert of a promise that can no longer be judged for a service: what is not measured breaks no threshold. */
export const unmeasuredAlert = (slo: Slo): Alert => {
  const measured = `${rate("service", "events")}${ofSlo(slo.id)}`;
  return {
    alert: `${alertPrefix(slo)}Unmeasured`,
    severity: "warning",
    team: slo.team,
    expr: `group by (service) (present_over_time(${measured}[1d]))\nunless on (service) present_over_time(${measured}[10m])`,
    holdsSeconds: 1200,
    labels: { slo: slo.id, scope: "service", condition: "absent" },
    summary: `${slo.title}, ${who.service}: there is nothing to measure it by.`,
    description: `Its metrics were there within the last day and are not any more. Promised: ${slo.promise}.`,
    unit: "count",
    dashboard: "slo",
    subject: ["service"],
  };
};
