import { alertPrefix } from "../../../../alerts/slo/scope.ts";
import { measurementOf } from "../../../../alerts/slo/indicators.ts";
import type { Slo } from "../../../../alerts/slos.ts";
import { type RuleCase, selector } from "../../../support/promtool.ts";

/** Five minutes, as the history counts them: events, and which share of them is bad. */
type Steps = readonly (readonly [steps: number, events: number, badShare: number])[];

const hour = 12;

/** The history of a promise: of a service, and of its one tenant where the promise is made to tenants too. */
function history(
  slo: Slo,
  operation: "rate5m" | "increase5m",
  steps: Steps,
  tenant = "a",
): RuleCase["series"] {
  const per = operation === "rate5m" ? 300 : 1;
  const samples = (of: (events: number, badShare: number) => number) =>
    steps.flatMap(([count, events, badShare]) => Array<number>(count).fill(of(events, badShare) / per));
  const levels =
    measurementOf(slo).finest === "tenant"
      ? { tenant: { service: "app", tenant_id: tenant }, service: { service: "app" }, overall: {} }
      : { service: { service: "app" }, overall: {} };
  return Object.fromEntries(
    Object.entries(levels).flatMap(([level, labels]) => [
      [
        `${level}:slo_events:${operation}${selector({ slo: slo.id, ...labels })}`,
        samples((events) => events),
      ],
      [
        `${level}:slo_errors:${operation}${selector({ slo: slo.id, ...labels })}`,
        samples((events, share) => events * share),
      ],
    ]),
  );
}

/** What the table of the workbook makes of these numbers, computed apart from the rules. */
const factors = ({ windowDays }: Slo) => ({
  hour: 0.02 * windowDays * 24,
  sixHours: (0.05 * windowDays * 24) / 6,
  day: 0.1 * windowDays,
  threeDays: (0.1 * windowDays) / 3,
});

const tooFast = 1.005;
const justNot = 0.995;

function expected(slo: Slo, severity: "critical" | "warning") {
  const scope =
    measurementOf(slo).finest === "tenant"
      ? { scope: "tenant", service: "app", tenant_id: "a" }
      : { scope: "service", service: "app", tenant_id: "" };
  return { ...scope, severity, slo: slo.id, team: slo.team };
}

/** Budgets that burn within hours, evaluated every five minutes. */
export function pageCases(slo: Slo): RuleCase[] {
  const alert = `${alertPrefix(slo)}BudgetBurning`;
  const budget = 1 - slo.objective;
  const { hour: hourly, sixHours } = factors(slo);
  const page = expected(slo, "critical");
  const each = { everySeconds: 300, alert };
  const of = (...steps: Steps) => history(slo, "rate5m", steps);
  const traffic = 100_000;
  return [
    {
      ...each,
      promise: `${slo.id}: 2 % of the budget within one hour pages when the hour is over`,
      series: of([5 * hour, traffic, 0], [2 * hour, traffic, hourly * budget * tooFast]),
      firing: { "5h50m": [], "5h55m": [page] },
    },
    {
      ...each,
      promise: `${slo.id}: a little less than 2 % of the budget within one hour pages nobody`,
      series: of([5 * hour, traffic, 0], [hour, traffic, hourly * budget * justNot]),
      firing: { "5h55m": [] },
    },
    {
      ...each,
      promise: `${slo.id}: 5 % of the budget within six hours pages`,
      series: of([7 * hour, traffic, sixHours * budget * tooFast]),
      firing: { "6h": [page] },
    },
    {
      ...each,
      promise: `${slo.id}: a little less than 5 % of the budget within six hours pages nobody`,
      series: of([7 * hour, traffic, sixHours * budget * justNot]),
      firing: { "1h": [], "6h": [], "6h55m": [] },
    },
    {
      ...each,
      promise: `${slo.id}: the page ends within half an hour after the budget has ceased to burn`,
      series: of([2 * hour, traffic, 0.9], [2 * hour, traffic, 0]),
      firing: { "1h55m": [page], "2h30m": [] },
    },
    {
      ...each,
      promise: `${slo.id}: without traffic no budget burns`,
      series: of([hour, 0, 0]),
      firing: { "30m": [], "55m": [] },
    },
    ...(slo.minimumErrors
      ? [
          {
            ...each,
            promise: `${slo.id}: less than ${slo.minimumErrors} bad events within the window page nobody, though all are bad`,
            series: of([hour, 0, 0], [1, slo.minimumErrors - 0.5, 1], [6 * hour, 0, 0]),
            firing: { "1h": [], "1h5m": [], "1h30m": [] },
          },
          {
            ...each,
            promise: `${slo.id}: ${slo.minimumErrors} bad events are enough`,
            series: of([hour, 0, 0], [1, slo.minimumErrors, 1], [hour, 0, 0]),
            firing: { "1h": [page] },
          },
        ]
      : []),
    ...(measurementOf(slo).finest === "tenant"
      ? [
          {
            ...each,
            promise: `${slo.id}: of two tenants only the one whose budget burns is named`,
            series: {
              ...of([2 * hour, traffic, 0.9]),
              ...withoutService(history(slo, "rate5m", [[2 * hour, traffic, 0]], "b")),
            },
            firing: { "1h30m": [page] },
          },
          {
            ...each,
            promise: `${slo.id}: when the budgets of three tenants of four burn, their service is named too`,
            series: {
              ...of([2 * hour, 4 * traffic, 0.9]),
              ...Object.assign(
                {},
                ...["a", "b", "c", "d"].map((name) =>
                  withoutService(history(slo, "rate5m", [[2 * hour, traffic, name === "d" ? 0 : 0.9]], name)),
                ),
              ),
            },
            firing: {
              "1h30m": [
                { scope: "service", tenant_id: "" },
                ...["a", "b", "c"].map((name) => ({ scope: "tenant", tenant_id: name })),
              ],
            },
          },
        ]
      : []),
    {
      ...each,
      promise: `${slo.id}: a budget that still burns after 15 minutes escalates`,
      series: of([hour, 0, 0], [hour, traffic, 0.9]),
      firing: { "1h10m": [{ escalation: "" }], "1h15m": [{ escalation: "" }, { escalation: "true" }] },
    },
    {
      ...each,
      promise: `${slo.id}: what is younger than an hour has spent nothing of a month within an hour`,
      series: of([2 * hour, traffic, 0.9]),
      firing: { "5m": [], "55m": [], "1h": [page] },
    },
  ];
}

const withoutService = (series: RuleCase["series"]): RuleCase["series"] =>
  Object.fromEntries(Object.entries(series).filter(([name]) => name.startsWith("tenant:")));

/** Budgets that burn within days, on what the long memory gets to know. */
export function ticketCases(slo: Slo): RuleCase[] {
  const alert = `${alertPrefix(slo)}BudgetBurning`;
  const budget = 1 - slo.objective;
  const { day: daily, threeDays } = factors(slo);
  const ticket = expected(slo, "warning");
  const each = { everySeconds: 300, alert };
  const of = (...steps: Steps) => history(slo, "increase5m", steps);
  const traffic = 100_000;

  /**
   * A day in which so many times the budget was spent, and its last two hours alike, while in the six hours before its end so
   * much went well that these six are no matter of concern: what only the window of a day can tell.
   */
  const onlyTheDay = (times: number): Steps => {
    const good = 10 * traffic;
    const events = (18 + 2) * hour * traffic + 4 * hour * good;
    const morning = (times * budget * events - times * budget * 2 * hour * traffic) / (18 * hour * traffic);
    return [
      [1, 0, 0],
      [18 * hour, traffic, morning],
      [4 * hour, good, 0],
      [2 * hour, traffic, times * budget],
    ];
  };
  const atTheEnd = "24h";
  /** Days take a while to play: here a step is half an hour. */
  const each30Minutes = { everySeconds: 1800, alert };
  const threeDaysBefore = [3 * 48, 0, 0] as const;
  return [
    {
      ...each,
      promise: `${slo.id}: 10 % of the budget within a day is a ticket`,
      series: of(...onlyTheDay(daily * tooFast)),
      firing: { [atTheEnd]: [ticket] },
    },
    {
      ...each,
      promise: `${slo.id}: what is younger than a day makes no ticket of its first hours`,
      series: of(...onlyTheDay(daily * tooFast).slice(1)),
      firing: { "5m": [], "6h": [] },
    },
    {
      ...each,
      promise: `${slo.id}: a little less than 10 % of the budget within a day is none`,
      series: of(...onlyTheDay(daily * justNot)),
      firing: { [atTheEnd]: [] },
    },
    {
      ...each30Minutes,
      promise: `${slo.id}: 10 % of the budget within three days is a ticket, until six hours after`,
      series: of(threeDaysBefore, [24, traffic, threeDays * budget * tooFast], [14, traffic, 0]),
      firing: { "83h30m": [ticket], "90h": [] },
    },
    {
      ...each30Minutes,
      promise: `${slo.id}: a little less than 10 % of the budget within three days is none`,
      series: of(threeDaysBefore, [24, traffic, threeDays * budget * justNot]),
      firing: { "78h": [], "83h30m": [] },
    },
    {
      ...each,
      promise: `${slo.id}: what is left of the budget is told for the whole and for each service`,
      series: of([hour, traffic, budget / 4]),
      firing: {},
      values: ["overall", "service"].map((level) => ({
        expr: `${level}:slo_budget:remaining${slo.windowDays}d{slo="${slo.id}"}`,
        at: "55m",
        value: 0.75,
      })),
    },
    {
      ...each,
      promise: `${slo.id}: a budget that was overspent is less than nothing`,
      series: of([hour, traffic, budget * 2]),
      firing: {},
      values: [
        { expr: `service:slo_budget:remaining${slo.windowDays}d{slo="${slo.id}"}`, at: "55m", value: -1 },
      ],
    },
  ];
}
