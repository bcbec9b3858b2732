import { tenantLimitSeries } from "../alerts/stack/tenants.ts";
import { byTenantId, businessSeries } from "../alerts/business.ts";
import { type DropReason, metrics } from "../sdk/src/names/index.ts";
import type { DashboardDefinition, Row } from "./dashboard.ts";
import { signalColors } from "./palette.ts";
import { barGauge } from "./panels/bar-gauge.ts";
import { stat } from "./panels/stat.ts";
import { table } from "./panels/table.ts";
import { timeSeries } from "./panels/time-series.ts";
import { ofApp, sumBy } from "./promql.ts";
import { chosen, everything, type Scope, select } from "./variables.ts";

/** What is counted for each tenant as a whole. */
const scope: Scope = ["tenant"];
const longTerm = { longTerm: true } as const;

const series = (name: string) => select(name, chosen(scope));
const within = (name: string, window: string) => `sum_over_time(${series(name)}[${window}])`;
const perTenant = (name: string, window: string) => sumBy(["tenant_id"], within(name, window));

const amounts = {
  series: { what: "Series", unit: "short", now: sumBy(["tenant_id"], series(businessSeries.metricSeries)) },
  logs: { what: "Log bytes", unit: "bytes", now: perTenant(businessSeries.logBytes, "1d") },
  spanBytes: { what: "Span bytes", unit: "bytes", now: perTenant(businessSeries.spanBytes, "1d") },
  spans: { what: "Spans", unit: "short", now: perTenant(businessSeries.spans, "1d") },
} as const;

const glance: Row = {
  title: "A day's telemetry",
  panels: [
    ...Object.values(amounts).map(({ what, unit, now }) =>
      stat({
        title: what,
        description: what === "Series" ? "In memory now." : "Taken in within a day.",
        unit,
        width: 6,
        trend: false,
        query: { expr: `sum(${now})`, legend: what, ...longTerm },
      }),
    ),
  ],
};

const tenants: Row = {
  title: "Tenants",
  panels: [
    timeSeries({
      title: "Series by tenant",
      description: "In memory, the ten largest. Memory goes with them.",
      unit: "short",
      width: 8,
      queries: [{ expr: `topk(10, ${amounts.series.now})`, legend: "{{tenant_id}}", ...longTerm }],
    }),
    timeSeries({
      title: "Log bytes by tenant",
      description: "In each hour, the ten largest.",
      unit: "bytes",
      width: 8,
      style: "bars",
      interval: "1h",
      queries: [
        {
          expr: `topk(10, ${perTenant(businessSeries.logBytes, "$__interval")})`,
          legend: "{{tenant_id}}",
          ...longTerm,
        },
      ],
    }),
    timeSeries({
      title: "Spans by tenant",
      description: "In each hour, the ten largest.",
      unit: "short",
      width: 8,
      style: "bars",
      interval: "1h",
      queries: [
        {
          expr: `topk(10, ${perTenant(businessSeries.spans, "$__interval")})`,
          legend: "{{tenant_id}}",
          ...longTerm,
        },
      ],
    }),
    table({
      title: "Telemetry by tenant",
      description: "Series now; logs and spans of a day.",
      width: 24,
      height: 10,
      rows: { tenant_id: "Tenant" },
      columns: [
        { title: "Log bytes", unit: "bytes", query: { expr: amounts.logs.now, ...longTerm } },
        { title: "Span bytes", unit: "bytes", query: { expr: amounts.spanBytes.now, ...longTerm } },
        { title: "Spans", unit: "short", query: { expr: amounts.spans.now, ...longTerm } },
        { title: "Series", unit: "short", query: { expr: amounts.series.now, ...longTerm } },
      ],
    }),
  ],
};

/** What a tenant may write, as the tenants' rules record it. */

const limitUsed = (received: string, limit: string) =>
  `${byTenantId(`rate(${received}[$__rate_interval])`)} / on (tenant_id) ${series(limit)}`;

const usage: Row = {
  title: "Limits, losses and cardinality",
  panels: [
    timeSeries({
      title: "Limit of logs in use",
      description: "Share of what each tenant may write, the ten nearest. Past it, lines are refused.",
      unit: "percentunit",
      width: 8,
      max: 1,
      limits: { warning: 0.8, critical: 1 },
      queries: [
        {
          expr: `topk(10, ${limitUsed("loki_distributor_bytes_received_total", tenantLimitSeries.logs)})`,
          legend: "{{tenant_id}}",
        },
      ],
    }),
    timeSeries({
      title: "Limit of traces in use",
      description: "Share of what each tenant may write, the ten nearest. Past it, spans are refused.",
      unit: "percentunit",
      width: 8,
      max: 1,
      limits: { warning: 0.8, critical: 1 },
      queries: [
        {
          expr: `topk(10, ${limitUsed("tempo_distributor_bytes_received_total", tenantLimitSeries.traces)})`,
          legend: "{{tenant_id}}",
        },
      ],
    }),
    timeSeries({
      title: "Delivered by apps",
      description: metrics.delivered.help,
      unit: "cps",
      width: 8,
      colors: signalColors,
      queries: [
        {
          expr: sumBy(["signal"], `rate(${ofApp(metrics.delivered, everything)}[$__rate_interval])`),
          legend: "{{signal}}",
        },
      ],
    }),
    timeSeries({
      title: "Label values past the cap",
      description: "Counted as `other`, by service. A label with ever new values costs more than it tells.",
      unit: "cps",
      width: 8,
      queries: [
        {
          expr: sumBy(
            ["service"],
            `rate(${ofApp(metrics.dropped, everything, `reason="${"cardinality" satisfies DropReason}"`)}[$__rate_interval])`,
          ),
          legend: "{{service}}",
        },
      ],
    }),
    barGauge({
      title: "Largest metrics",
      description: "By number of series now: where to save first.",
      unit: "short",
      width: 8,
      query: {
        expr: `topk(10, count by (__name__) ({__name__!~".+:.+",${chosen(scope).join(",")}}))`,
        legend: "{{__name__}}",
      },
    }),
    timeSeries({
      title: "Series in memory",
      description: "Of each Prometheus, tenants' and the stack's own together.",
      unit: "short",
      width: 8,
      queries: [{ expr: "max by (job, pod) (prometheus_tsdb_head_series)", legend: "{{job}} {{pod}}" }],
    }),
  ],
};

export const cost: DashboardDefinition = {
  name: "cost",
  title: "Telemetry cost",
  description:
    "Who sends how much telemetry, who is near a limit, and which metric or label to look at first.",
  scope: everything,
  from: "now-7d",
  rows: [glance, tenants, usage],
};
