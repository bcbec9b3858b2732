import { alertPrefix } from "../../../../alerts/slo/scope.ts";
import type { Indicator, Slo } from "../../../../alerts/slos.ts";
import { type MetricDefinition, metrics } from "../../../../sdk/src/names/index.ts";
import type { RuleCase } from "../../../support/promtool.ts";
import { histogram, type Stretch } from "../../../support/samples.ts";

type LatencySlo = Slo & { indicator: Extract<Indicator, { kind: "latency" }> };
type Events = readonly (readonly [seconds: number, count: number])[];

const minutes = (count: number) => count * 2;

/** The fixed thresholds of a percentile, on events whose durations are known. A sample and an evaluation every 30 s. */
export function latencyCases(slo: LatencySlo): RuleCase[] {
  const { id, objective, team, thresholds, minimumErrors = 1, indicator } = slo;
  const { critical, warning = critical } = thresholds;
  const alert = `${alertPrefix(slo)}Breached`;
  const { buckets = [] } = Object.values(metrics).find(
    (metric: MetricDefinition) => metric.name === indicator.histogram,
  ) as MetricDefinition;
  const above = (bound: number) => buckets.find((candidate) => candidate > bound) ?? NaN;
  const fast = 0.001;

  /** Of a thousand events, the share that the objective names at a duration, and the rest above it. */
  const percentileAt = (bound: number, less = 0): Events => {
    const within = objective * 1000 - less;
    return [
      [bound, within],
      [above(bound), 1000 - within],
    ];
  };
  const of = (tenant: string, ...stretches: (Stretch & { events: Events })[]) =>
    histogram(indicator.histogram, { tenant_id: tenant, service: "app" }, stretches);
  const steady = (events: Events, steps = minutes(20)): Stretch & { events: Events } => ({ steps, events });
  const calm: Events = [[fast, 100]];
  const slow: Events = [[above(critical), 100]];
  const tenant = (name: string, severity: "warning" | "critical") => ({
    scope: "tenant",
    severity,
    tenant_id: name,
    service: "app",
    slo: id,
    team,
  });
  const service = { scope: "service", service: "app" };

  const justAbove = 0.01;
  return [
    {
      promise: `${id}: a percentile of exactly ${warning} s is no breach`,
      series: of("a", steady(percentileAt(warning))),
      alert,
      firing: { "5m": [], "20m": [] },
    },
    {
      promise: `${id}: a percentile just above ${warning} s warns after two minutes, and is not critical`,
      series: of("a", steady(percentileAt(warning, justAbove))),
      alert,
      firing: { "2m": [], "2m30s": [tenant("a", "warning")], "20m": [tenant("a", "warning")] },
    },
    {
      promise: `${id}: a percentile of exactly ${critical} s warns, and is not critical`,
      series: of("a", steady(percentileAt(critical))),
      alert,
      firing: { "20m": [tenant("a", "warning")] },
    },
    {
      promise: `${id}: a percentile just above ${critical} s is critical after half a minute`,
      series: of("a", steady(percentileAt(critical, justAbove))),
      alert,
      firing: {
        "30s": [],
        "1m": [tenant("a", "critical")],
        "2m30s": [tenant("a", "critical"), tenant("a", "warning")],
      },
    },
    {
      promise: `${id}: a tenant whose events become slow is named within a minute, and until two minutes after they are fast again`,
      series: of("a", steady(calm), steady(slow, minutes(5)), steady(calm)),
      alert,
      firing: {
        "20m30s": [],
        "21m": [tenant("a", "critical")],
        "31m": [tenant("a", "critical"), tenant("a", "warning")],
        "31m30s": [],
      },
    },
    {
      promise: `${id}: of two tenants only the one with slow events is named, and not their service`,
      series: { ...of("a", steady(slow)), ...of("b", steady(calm)) },
      alert,
      firing: { "1m30s": [tenant("a", "critical")] },
    },
    {
      promise: `${id}: what is still wrong after 15 minutes escalates`,
      series: of("a", steady(slow)),
      alert,
      firing: {
        "15m30s": [
          { severity: "critical", escalation: "" },
          { severity: "warning", escalation: "" },
        ],
        "16m": [
          { severity: "critical", escalation: "" },
          { severity: "critical", escalation: "true" },
          { severity: "warning", escalation: "" },
        ],
      },
    },
    {
      promise: `${id}: when three of four tenants have slow events, their service is named too`,
      series: {
        ...Object.assign({}, ...["a", "b", "c"].map((name) => of(name, steady(slow)))),
        ...of("d", steady(calm)),
      },
      alert,
      firing: {
        "1m30s": [
          { scope: "service", service: "app", tenant_id: "" },
          ...["a", "b", "c"].map((name) => ({ scope: "tenant", service: "app", tenant_id: name })),
        ],
      },
    },
    {
      promise: `${id}: when two of four tenants have slow events, they are named and their service is not`,
      series: Object.assign(
        {},
        ...["a", "b"].map((name) => of(name, steady(slow))),
        ...["c", "d"].map((name) => of(name, steady(calm))),
      ) as RuleCase["series"],
      alert,
      firing: { "1m30s": ["a", "b"].map((name) => ({ scope: "tenant", tenant_id: name })) },
    },
    {
      promise: `${id}: slow events of tenants too small to be judged alone are their service's`,
      // Each has less than enough within five minutes, and all of them together more.
      series: Object.assign(
        {},
        ...["a", "b"].map((name) => of(name, steady([[above(critical), (minimumErrors - 0.5) / 10]]))),
      ) as RuleCase["series"],
      alert,
      firing: {
        "10m": [
          { ...service, severity: "critical" },
          { ...service, severity: "warning" },
        ],
      },
    },
    {
      promise: `${id}: ${minimumErrors} slow events within five minutes are enough`,
      series: of("a", steady([[above(indicator.withinSeconds), (minimumErrors + 0.5) / 10]])),
      alert,
      firing: { "10m": [{ scope: "tenant", severity: "warning" }] },
    },
    {
      promise: `${id}: less than ${minimumErrors} slow events within five minutes alert nobody, though they are all there are`,
      series: of("a", steady([[above(critical), (minimumErrors - 0.5) / 10]])),
      alert,
      firing: { "5m": [], "10m": [] },
    },
    {
      promise: `${id}: a single slow event at night pages nobody`,
      series: of("a", steady([], minutes(10)), steady([[10, 1]], 1), steady([], minutes(10))),
      alert,
      firing: { "10m30s": [], "11m": [], "14m": [] },
    },
    {
      promise: `${id}: without traffic there is nothing to alert about`,
      series: of("a", steady([])),
      alert,
      firing: { "5m": [], "20m": [] },
    },
    {
      promise: `${id}: a restart is no slow event`,
      series: of("a", steady(calm), { ...steady(calm), reset: true }),
      alert,
      firing: { "20m30s": [], "21m": [], "24m": [] },
    },
    {
      promise: `${id}: a restart hides no slow event`,
      series: of("a", steady(slow), { ...steady(slow), reset: true }),
      alert,
      firing: { "21m": [tenant("a", "critical"), tenant("a", "warning")] },
    },
  ];
}
