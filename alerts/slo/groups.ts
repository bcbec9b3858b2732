import { alertRules } from "../alert.ts";
import type { Links } from "../links.ts";
import type { RuleGroup } from "../rule.ts";
import type { Slo } from "../slos.ts";
import { burnAlerts } from "./burn-alerts.ts";
import { burnRates } from "./burn-rates.ts";
import { budgets, coarserRates, history, windows } from "./history.ts";
import { measurementOf } from "./indicators.ts";
import { baseSeconds } from "./series.ts";
import { thresholdAlerts } from "./thresholds.ts";
import { unmeasuredAlert } from "./unmeasured.ts";

export interface SloOptions {
  /** Ids of the tenants whose longer windows are recorded. */
  premium: readonly string[];
  links: Links;
}

/**
 * The rule groups of promises. Within a group each rule sees what those before it have recorded at the same moment.
 *
 * - `slo-<id>`: the rates of the last five minutes, and the alerts of fixed thresholds, evaluated all the time;
 * - `slo-history`: the same as counts, every five minutes, in windows of up to six hours, and the alerts that page;
 * - `slo-long-history`: windows of days and the budgets, where the history is kept for long enough, and their alerts.
 */
export function sloGroups(slos: readonly Slo[], { premium, links }: SloOptions): RuleGroup[] {
  const days = slos.map(({ windowDays }) => windowDays * 86_400);
  return [
    ...slos.map((slo): RuleGroup => {
      const { recordings, finest } = measurementOf(slo);
      const alerts = [...thresholdAlerts(slo), unmeasuredAlert(slo)];
      return {
        name: `slo-${slo.id}`,
        prometheus: "main",
        rules: [
          ...recordings,
          ...coarserRates(slo.id, finest),
          ...alerts.flatMap((alert) => alertRules(alert, links)),
        ],
      };
    }),
    {
      name: "slo-history",
      prometheus: "main",
      intervalSeconds: baseSeconds,
      rules: [
        ...history(),
        ...windows(windowsOf(slos, "critical"), premium),
        ...slos.flatMap((slo) => burnAlerts(slo, "critical")).flatMap((alert) => alertRules(alert, links)),
      ],
    },
    {
      name: "slo-long-history",
      prometheus: "long-term",
      intervalSeconds: baseSeconds,
      rules: [
        ...windows(distinct([...windowsOf(slos, "warning"), ...days]), premium),
        ...budgets(slos, premium),
        ...slos.flatMap((slo) => burnAlerts(slo, "warning")).flatMap((alert) => alertRules(alert, links)),
      ],
    },
  ];
}

const windowsOf = (slos: readonly Slo[], severity: "critical" | "warning") =>
  distinct(
    slos
      .flatMap(burnRates)
      .filter((rate) => rate.severity === severity)
      .map(({ longSeconds }) => longSeconds),
  );

const distinct = (lengths: readonly number[]) => [...new Set(lengths)].sort((a, b) => a - b);
