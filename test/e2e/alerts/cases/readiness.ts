import { alertPrefix } from "../../../../alerts/slo/scope.ts";
import { ready } from "../../../../alerts/slo/series.ts";
import type { Indicator, Slo } from "../../../../alerts/slos.ts";
import { type RuleCase, selector } from "../../../support/promtool.ts";
import { gauge } from "../../../support/samples.ts";

type ReadinessSlo = Slo & { indicator: Extract<Indicator, { kind: "readiness" }> };

/** The threshold of availability, on replicas that are ready or not. */
export function readinessCases(slo: ReadinessSlo): RuleCase[] {
  const { id, team, thresholds, indicator } = slo;
  const alert = `${alertPrefix(slo)}Breached`;
  const replica = (pod: string, service = "app") =>
    `${indicator.gauge}${selector({ check: "ready", tenant_id: "a", service, pod })}`;
  const app = { scope: "service", service: "app", severity: "critical", slo: id, team };

  /** The number of seconds of an hour that break the promise, and the time at which that is seen. */
  const broken = Math.floor(3600 * (1 - thresholds.critical)) + 1;
  const hour = 3600;
  const seenAt = hour + broken - 1;

  return [
    {
      promise: `${id}: a service of which no replica is ready is named half a minute after it is below ${thresholds.critical}`,
      everySeconds: 1,
      series: { [replica("0")]: gauge([1, hour], [0, 60]) },
      alert,
      firing: { [`${seenAt + 29}s`]: [], [`${seenAt + 30}s`]: [app] },
    },
    {
      promise: `${id}: a service of which one replica is ready is available`,
      series: { [replica("0")]: gauge([1, 20], [0, 40]), [replica("1")]: gauge([1, 60]) },
      alert,
      firing: { "15m": [], "30m": [] },
    },
    {
      promise: `${id}: a service that is not ready for a moment alerts nobody`,
      series: { [replica("0")]: gauge([1, 20], [0, 1], [1, 20]) },
      alert,
      firing: { "10m": [], "10m30s": [], "15m": [] },
    },
    {
      promise: `${id}: a service that is ready again is named for two minutes more`,
      series: { [replica("0")]: gauge([1, 20], [0, 20], [1, 40]) },
      alert,
      firing: { "10m": [], "10m30s": [app], "20m": [app], "21m30s": [app], "22m": [] },
    },
    {
      promise: `${id}: a service that is gone is not available, for an hour`,
      series: { [replica("0")]: [...Array<number>(20).fill(1), "stale"] },
      alert,
      firing: { "10m": [], "10m30s": [app], "1h9m": [app], "1h12m": [] },
    },
    {
      promise: `${id}: a service is not missed by a Prometheus that has not run for two minutes`,
      series: {
        [replica("0")]: [...Array<number>(20).fill(1), "stale"],
        'process_start_time_seconds{job="prometheus",pod="0"}': gauge([0, 40]),
        'process_start_time_seconds{job="prometheus",pod="1"}': gauge([0, 20], [600, 20]),
      },
      alert,
      firing: { "10m30s": [], "12m": [], "12m30s": [app] },
      values: [{ expr: `${ready} or vector(2)`, at: "11m30s", value: 2 }],
    },
    {
      promise: `${id}: of two services only the one that is not ready is named`,
      series: { [replica("0")]: gauge([0, 20]), [replica("0", "other")]: gauge([1, 20]) },
      alert,
      firing: { "1m": [app] },
    },
    {
      promise: `${id}: what is still wrong after 15 minutes escalates`,
      series: { [replica("0")]: gauge([0, 60]) },
      alert,
      firing: { "15m": [{ escalation: "" }], "15m30s": [{ escalation: "" }, { escalation: "true" }] },
    },
    {
      promise: `${id}: where no service was ever seen, none is missed`,
      series: { up: "1x60" },
      alert,
      firing: { "30m": [] },
    },
    {
      promise: `${id}: each second in which no replica was ready counts as one`,
      series: { [replica("0")]: gauge([1, 20], [0, 5], [1, 20]) },
      alert,
      firing: {},
      values: [
        { expr: `300 * service:slo_events:rate5m{slo="${id}"}`, at: "14m", value: 300 },
        { expr: `300 * service:slo_errors:rate5m{slo="${id}"}`, at: "14m", value: 150 },
        { expr: `300 * overall:slo_errors:rate5m{slo="${id}"}`, at: "14m", value: 150 },
      ],
    },
  ];
}
