import { businessSeries } from "../alerts/business.ts";
import type { Outcome } from "../sdk/src/names/index.ts";
import type { DashboardDefinition, Row } from "./dashboard.ts";
import { outcomeColors } from "./palette.ts";
import { barGauge } from "./panels/bar-gauge.ts";
import { stat } from "./panels/stat.ts";
import { table } from "./panels/table.ts";
import { timeSeries } from "./panels/time-series.ts";
import { sumBy } from "./promql.ts";
import { chosen, type Scope, select } from "./variables.ts";

/** The history of business tells tenants apart, not services: what a tenant achieves is one thing. */
const scope: Scope = ["tenant"];

const series = (name: string, ...matchers: string[]) => select(name, [...matchers, ...chosen(scope)]);

/** How much there was of it within a time, or within the same time before. */
const within = (window: string, selector: string, before = "") =>
  `sum_over_time(${selector}[${window}]${before && ` offset ${before}`})`;

const operations = series(businessSeries.operations);
/** Some are of no plugin. */
const ofPlugin = 'plugin!=""';
const operationsOfPlugins = series(businessSeries.operations, ofPlugin);
const longTerm = { longTerm: true } as const;
/** A point for each hour, however far back one looks. */
const hourly = { interval: "1h", style: "bars" } as const;

const succeeded = (by: readonly string[], window: string, ...matchers: string[]) => {
  const all = series(businessSeries.operations, ...matchers);
  const successes = series(
    businessSeries.operations,
    `outcome="${"success" satisfies Outcome}"`,
    ...matchers,
  );
  return `${sumBy(by, within(window, successes))} / (${sumBy(by, within(window, all))} > 0)`;
};

const growth = (by: readonly string[], what: string) =>
  `${sumBy(by, within("7d", what))} / (${sumBy(by, within("7d", what, "7d"))} > 0) - 1`;

const glance: Row = {
  title: "The last seven days",
  panels: [
    stat({
      title: "Operations",
      description: "Of the business, over seven days: whatever apps record as such.",
      unit: "short",
      width: 4,
      trend: false,
      query: { expr: sumBy([], within("7d", operations)), legend: "Operations", ...longTerm },
    }),
    stat({
      title: "Growth",
      description: "Of operations, against the seven days before.",
      noValue: "From the second week on",
      unit: "percentunit",
      width: 4,
      trend: false,
      limits: { critical: 0, bad: "below" },
      query: { expr: growth([], operations), legend: "Growth", ...longTerm },
    }),
    stat({
      title: "Succeeded",
      description: "Share of operations that did.",
      unit: "percentunit",
      width: 4,
      trend: false,
      limits: { warning: 0.99, critical: 0.95, bad: "below" },
      query: { expr: succeeded([], "7d"), legend: "Succeeded", ...longTerm },
    }),
    stat({
      title: "Active tenants",
      description: "Tenants with any operation within the last day.",
      unit: "none",
      width: 4,
      trend: false,
      query: {
        expr: `count(${sumBy(["tenant_id"], within("1d", operations))} > 0)`,
        legend: "Tenants",
        ...longTerm,
      },
    }),
    stat({
      title: "Devices",
      description: "Most USB devices attached at once within the last five minutes.",
      unit: "none",
      width: 4,
      trend: false,
      query: { expr: sumBy([], series(businessSeries.devices)), legend: "Devices", ...longTerm },
    }),
    stat({
      title: "Growth of devices",
      description: "The mean of seven days, against that of the seven days before.",
      noValue: "From the second week on",
      unit: "percentunit",
      width: 4,
      trend: false,
      query: { expr: growth([], series(businessSeries.devices)), legend: "Growth", ...longTerm },
    }),
  ],
};

const automations: Row = {
  title: "Automations",
  panels: [
    timeSeries({
      ...hourly,
      title: "Operations by outcome",
      description: "How many in each hour.",
      unit: "short",
      width: 8,
      colors: outcomeColors,
      queries: [
        {
          expr: sumBy(["outcome"], within("$__interval", operations)),
          legend: "{{outcome}}",
          ...longTerm,
        },
      ],
    }),
    timeSeries({
      ...hourly,
      title: "Operations by plugin",
      description: "How many in each hour.",
      unit: "short",
      width: 8,
      queries: [
        {
          expr: sumBy(["plugin"], within("$__interval", operationsOfPlugins)),
          legend: "{{plugin}}",
          ...longTerm,
        },
      ],
    }),
    timeSeries({
      title: "Success rate by plugin",
      description: "Share of each hour's operations that succeeded.",
      unit: "percentunit",
      width: 8,
      interval: "1h",
      min: null,
      max: 1,
      limits: { warning: 0.99, critical: 0.95, bad: "below" },
      queries: [
        {
          expr: succeeded(["plugin"], "$__interval", ofPlugin),
          legend: "{{plugin}}",
          ...longTerm,
        },
      ],
    }),
    barGauge({
      title: "Top plugins",
      description: "By operations over seven days.",
      unit: "short",
      width: 8,
      query: {
        expr: `topk(10, ${sumBy(["plugin"], within("7d", operationsOfPlugins))})`,
        legend: "{{plugin}}",
        ...longTerm,
      },
    }),
    table({
      title: "Operations by kind",
      description: "Over seven days.",
      width: 8,
      rows: { operation: "Operation" },
      columns: [
        {
          title: "Count",
          unit: "short",
          query: { expr: sumBy(["operation"], within("7d", operations)), ...longTerm },
        },
        {
          title: "Succeeded",
          unit: "percentunit",
          query: { expr: succeeded(["operation"], "7d"), ...longTerm },
        },
        {
          title: "Growth",
          unit: "percentunit",
          query: { expr: growth(["operation"], operations), ...longTerm },
        },
      ],
    }),
    timeSeries({
      ...hourly,
      title: "Value of operations",
      description: "What apps say that operations were worth, in the unit that they named.",
      unit: "short",
      width: 8,
      queries: [
        {
          expr: sumBy(["operation", "unit"], within("$__interval", series(businessSeries.value))),
          legend: "{{operation}} ({{unit}})",
          ...longTerm,
        },
      ],
    }),
  ],
};

const perTenant = (what: string, window = "7d") => sumBy(["tenant_id"], within(window, series(what)));

const tenants: Row = {
  title: "Tenants",
  panels: [
    timeSeries({
      ...hourly,
      title: "Operations by tenant",
      description: "How many in each hour, the ten most active tenants.",
      unit: "short",
      width: 12,
      queries: [
        {
          expr: `topk(10, ${sumBy(["tenant_id"], within("$__interval", operations))})`,
          legend: "{{tenant_id}}",
          ...longTerm,
        },
      ],
    }),
    timeSeries({
      title: "Devices by tenant",
      description: "USB devices attached, the ten tenants with the most.",
      unit: "short",
      width: 12,
      queries: [
        {
          expr: `topk(10, ${series(businessSeries.devices)})`,
          legend: "{{tenant_id}}",
          ...longTerm,
        },
      ],
    }),
    table({
      title: "What each tenant does, and what its telemetry costs",
      description: "Over seven days; series are those in memory now.",
      width: 24,
      height: 10,
      rows: { tenant_id: "Tenant" },
      columns: [
        {
          title: "Operations",
          unit: "short",
          query: { expr: perTenant(businessSeries.operations), ...longTerm },
        },
        {
          title: "Succeeded",
          unit: "percentunit",
          query: { expr: succeeded(["tenant_id"], "7d"), ...longTerm },
        },
        {
          title: "Growth",
          unit: "percentunit",
          query: { expr: growth(["tenant_id"], operations), ...longTerm },
        },
        {
          title: "Devices",
          unit: "short",
          query: { expr: sumBy(["tenant_id"], series(businessSeries.devices)), ...longTerm },
        },
        {
          title: "Series",
          unit: "short",
          query: { expr: sumBy(["tenant_id"], series(businessSeries.metricSeries)), ...longTerm },
        },
        { title: "Logs", unit: "bytes", query: { expr: perTenant(businessSeries.logBytes), ...longTerm } },
        { title: "Spans", unit: "short", query: { expr: perTenant(businessSeries.spans), ...longTerm } },
      ],
    }),
  ],
};

export const business: DashboardDefinition = {
  name: "business",
  title: "Business",
  description: "What AutoWeave does for whom, how well, whether it grows and what each tenant costs.",
  scope: ["environment", "tenant", "service"],
  from: "now-7d",
  rows: [glance, automations, tenants],
};
