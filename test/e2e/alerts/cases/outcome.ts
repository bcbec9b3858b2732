import { alertPrefix } from "../../../../alerts/slo/scope.ts";
import type { Indicator, OperationSource, Slo } from "../../../../alerts/slos.ts";
import { type RuleCase, selector } from "../../../support/promtool.ts";
import { counter, type Stretch } from "../../../support/samples.ts";

type OutcomeSlo = Slo & { indicator: Extract<Indicator, { kind: "outcome" }> };

const minutes = (count: number) => count * 2;

/** Operations of a stretch: how many come with each sample, and how many of those fail. */
type Operations = Stretch & { total: number; failing: number };

/** The labels that make an operation a failure, or none, from the source's matcher. */
function labelsOf({ failed }: OperationSource, fails: boolean): Record<string, string> {
  const [, label = "", matcher, value = ""] = /^(\w+)(=~?)"(.*)"$/.exec(failed) ?? [];
  if (matcher === "=~") return { [label]: fails ? value.replaceAll(".", "0") : "200" };
  return { [label]: fails ? value : "success" };
}

/** The fixed thresholds of a share of failures. A sample and an evaluation every 30 s. */
export function outcomeCases(slo: OutcomeSlo): RuleCase[] {
  const { id, team, thresholds, minimumErrors = 1, indicator } = slo;
  const { critical, warning = critical } = thresholds;
  const alert = `${alertPrefix(slo)}Breached`;
  const sources = Object.entries(indicator.sources);
  const [, first] = sources[0] as [string, OperationSource];

  const of = (tenant: string, stretches: readonly Operations[], source = first) =>
    Object.fromEntries(
      [true, false].map((fails) => [
        source.counter + selector({ tenant_id: tenant, service: "app", ...labelsOf(source, fails) }),
        counter(
          stretches.map(({ total, failing, ...stretch }) => ({
            ...stretch,
            grows: fails ? failing : total - failing,
          })),
        ),
      ]),
    );
  const steady = (failing: number, total = 100_000, steps = minutes(20)): Operations => ({
    steps,
    total,
    failing,
  });
  const share = (fraction: number) => steady(100_000 * fraction);
  const justAbove = (fraction: number) => steady(100_000 * fraction + 1);
  const tenant = (name: string, severity: "warning" | "critical") => ({
    scope: "tenant",
    severity,
    tenant_id: name,
    service: "app",
    slo: id,
    team,
  });
  const few = (count: number) => count / 10;

  return [
    ...sources.map(([name, source]): RuleCase => ({
      promise: `${id}: failures of ${name} count, by ${source.failed}`,
      series: of("a", [justAbove(critical)], source),
      alert,
      firing: { "1m30s": [tenant("a", "critical")] },
    })),
    ...sources
      .map(([name, source]): RuleCase => ({
        promise: `${id}: successes of ${name} thin out the failures of others`,
        series: {
          ...of("a", [justAbove(critical)]),
          ...of("a", [steady(0, 100_000_000)], { ...source, counter: source.counter }),
        },
        alert,
        firing: { "10m": [] },
      }))
      .slice(1),
    {
      promise: `${id}: a share of exactly ${warning} is no breach`,
      series: of("a", [share(warning)]),
      alert,
      firing: { "5m": [], "20m": [] },
    },
    {
      promise: `${id}: a share just above ${warning} warns after two minutes, and is not critical`,
      series: of("a", [justAbove(warning)]),
      alert,
      firing: { "2m": [], "2m30s": [tenant("a", "warning")], "20m": [tenant("a", "warning")] },
    },
    {
      promise: `${id}: a share of exactly ${critical} is not critical`,
      series: of("a", [share(critical)]),
      alert,
      firing: { "20m": [tenant("a", "warning")] },
    },
    {
      promise: `${id}: a share just above ${critical} is critical after half a minute`,
      series: of("a", [justAbove(critical)]),
      alert,
      firing: { "30s": [], "1m": [tenant("a", "critical")] },
    },
    {
      promise: `${id}: when operations begin to fail, the tenant is named within a minute, and until two minutes after they succeed again`,
      series: of("a", [steady(0), steady(100_000, 100_000, minutes(5)), steady(0)]),
      alert,
      firing: {
        "20m30s": [],
        "21m": [tenant("a", "critical")],
        "31m": [tenant("a", "critical"), tenant("a", "warning")],
        "31m30s": [],
      },
    },
    {
      promise: `${id}: of two tenants only the one whose operations fail is named, and not their service`,
      series: { ...of("a", [justAbove(critical)]), ...of("b", [steady(0)]) },
      alert,
      firing: { "1m30s": [tenant("a", "critical")] },
    },
    {
      promise: `${id}: when three of four tenants' operations fail, their service is named too`,
      series: Object.assign(
        {},
        ...["a", "b", "c"].map((name) => of(name, [steady(50_000)])),
        of("d", [steady(0)]),
      ) as RuleCase["series"],
      alert,
      firing: {
        "1m30s": [
          { scope: "service", tenant_id: "" },
          ...["a", "b", "c"].map((name) => ({ scope: "tenant", tenant_id: name })),
        ],
      },
    },
    {
      promise: `${id}: failures of tenants too small to be judged alone are their service's`,
      series: Object.assign(
        {},
        ...["a", "b"].map((name) => of(name, [steady(few(minimumErrors - 0.5), 10)])),
      ) as RuleCase["series"],
      alert,
      firing: {
        "10m": [
          { scope: "service", service: "app", severity: "critical" },
          { scope: "service", service: "app", severity: "warning" },
        ],
      },
    },
    {
      promise: `${id}: ${minimumErrors} failures within five minutes are enough`,
      series: of("a", [steady(few(minimumErrors + 0.5), 10)]),
      alert,
      firing: { "10m": [{ severity: "critical" }, { severity: "warning" }] },
    },
    {
      promise: `${id}: less than ${minimumErrors} failures within five minutes alert nobody, though all fail`,
      series: of("a", [steady(few(minimumErrors - 0.5), few(minimumErrors - 0.5))]),
      alert,
      firing: { "5m": [], "10m": [] },
    },
    {
      promise: `${id}: a single failed request at night pages nobody`,
      series: of("a", [steady(0, 0, minutes(10)), steady(1, 1, 1), steady(0, 0, minutes(10))]),
      alert,
      firing: { "10m30s": [], "11m": [], "14m": [] },
    },
    {
      promise: `${id}: without traffic there is nothing to alert about`,
      series: of("a", [steady(0, 0)]),
      alert,
      firing: { "5m": [], "20m": [] },
    },
    {
      promise: `${id}: before the first failure there is nothing that could count none, and it is none`,
      series: {
        [`${first.counter}${selector({ tenant_id: "a", service: "app", ...labelsOf(first, false) })}`]:
          "0+100x40",
      },
      alert,
      firing: { "20m": [] },
      values: [
        { expr: `tenant:slo_errors:rate5m{slo="${id}"}`, at: "10m", value: 0 },
        { expr: `300 * tenant:slo_events:rate5m{slo="${id}"}`, at: "10m", value: 1000 },
      ],
    },
    {
      promise: `${id}: a restart is no failure, and hides none`,
      series: {
        ...of("a", [steady(0), { ...steady(0), reset: true }]),
        ...of("b", [steady(100_000), { ...steady(100_000), reset: true }]),
      },
      alert,
      firing: { "21m": [tenant("b", "critical"), tenant("b", "warning")] },
    },
  ];
}
