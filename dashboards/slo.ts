import { burnRates } from "../alerts/slo/burn-rates.ts";
import { measurementOf } from "../alerts/slo/indicators.ts";
import { type Slo, slos } from "../alerts/slos.ts";
import type { DashboardDefinition, Row } from "./dashboard.ts";
import { evidence } from "./links.ts";
import { type Limits, limitsOf, type Panel } from "./panels/panel.ts";
import { stat } from "./panels/stat.ts";
import { table } from "./panels/table.ts";
import { timeSeries } from "./panels/time-series.ts";
import { alertsNow, alertsOverTime } from "./rows/alerts.ts";
import { budgetLeft, burning, indicator, kept } from "./rows/promises.ts";
import { everything } from "./variables.ts";

const scope = everything;

/** Half of it gone is worth a word, all of it an alarm. */
const budgetLimits: Limits = { warning: 0.5, critical: 0, bad: "below" };

/** Each budget's windows, up to the fastest factors at which somebody is paged or told. */
function burnPanel(slo: Slo): Panel {
  const rates = burnRates(slo);
  const fastest = (severity: "critical" | "warning") => {
    const factors = rates.filter((rate) => rate.severity === severity).map(({ factor }) => factor);
    return factors.length > 0 ? { [severity]: Math.min(...factors) } : {};
  };
  const paging = rates.filter(({ severity }) => severity === "critical");
  return timeSeries({
    title: `${slo.title}: burn rate`,
    description:
      "How many times faster than allowed the budget is spent: at 1, it lasts exactly as long as the promise. " +
      rates.map(({ factor, hours, severity }) => `Above ${factor} for ${hours} h: ${severity}.`).join(" "),
    unit: "none",
    width: 8,
    queries: paging.map(({ longSeconds }) => burning(slo, longSeconds, scope)),
    limits: { ...fastest("warning"), ...fastest("critical") },
  });
}

/** Whom it hits most: of the finest level that the promise has. */
function worst(slo: Slo): Panel {
  const { finest } = measurementOf(slo);
  const { title, unit, expr } = indicator[slo.indicator.kind](slo, finest, scope);
  const isBad = slo.indicator.kind !== "readiness";
  return table({
    title: `${slo.title}: worst off`,
    description: "The ten that fare worst now.",
    width: 8,
    rows: finest === "tenant" ? { tenant_id: "Tenant", service: "Service" } : { service: "Service" },
    columns: [{ title, unit, query: { expr: `${isBad ? "topk" : "bottomk"}(10, ${expr})` } }],
    limits: limitsOf(slo),
  });
}

function promise(slo: Slo): Row {
  const { title, unit, expr } = indicator[slo.indicator.kind](slo, "service", scope);
  const { traces } = measurementOf(slo);
  return {
    title: `${slo.title}: ${slo.promise}`,
    panels: [
      stat({
        title: `${slo.title}: kept`,
        description: `Share of good events over ${slo.windowDays} days. Promised: ${slo.promise}.`,
        unit: "percentunit",
        width: 4,
        height: 8,
        query: kept(slo, scope),
        trend: false,
        decimals: 3,
        limits: { critical: slo.objective, bad: "below" },
      }),
      timeSeries({
        title: `${slo.title}: ${title} by service`,
        description: "Over five minutes. The dashed lines are where alerts begin.",
        unit,
        width: 10,
        queries: [{ expr, legend: "{{service}}" }],
        limits: limitsOf(slo),
        ...(slo.indicator.kind === "readiness" ? { max: 1 } : {}),
        ...(traces ? { links: evidence(scope, traces) } : {}),
      }),
      timeSeries({
        title: `${slo.title}: budget left`,
        description: `Share of the errors that ${slo.windowDays} days allow which have not happened yet. Below 0 the promise is broken.`,
        unit: "percentunit",
        width: 10,
        queries: [budgetLeft(slo, scope)],
        min: null,
        max: 1,
        limits: budgetLimits,
      }),
      burnPanel(slo),
      worst(slo),
      alertsOf(slo),
    ],
  };
}

const alertsOf = (slo: Slo): Panel =>
  alertsNow(scope, { width: 8, slos: [slo.id], title: `${slo.title}: firing alerts` });

export const slo: DashboardDefinition = {
  name: "slo",
  title: "SLO",
  description:
    "Each promise: whether it is kept, how much of its error budget is left and who is hit when it is not.",
  scope,
  from: "now-24h",
  rows: [{ title: "All promises", panels: [alertsOverTime(scope, 24)] }, ...slos.map(promise)],
};
