import { measurementOf } from "../../../../alerts/slo/indicators.ts";
import { alertPrefix } from "../../../../alerts/slo/scope.ts";
import type { Slo } from "../../../../alerts/slos.ts";
import { type RuleCase, type Samples, selector } from "../../../support/promtool.ts";

/** The alert of a promise whose measurements have ceased, on series that cease. */
export function unmeasuredCases(slo: Slo): RuleCase[] {
  const { id, team } = slo;
  const alert = `${alertPrefix(slo)}Unmeasured`;
  // What the alert reads is recorded; of a service alone it can be given, whatever it is recorded from.
  const measured = (service: string, samples: Samples) => ({
    [`${measurementOf(slo).finest}:slo_events:rate5m${selector({ slo: id, service, tenant_id: measurementOf(slo).finest === "tenant" ? "a" : "" })}`]:
      samples,
  });
  const gone: Samples = [...Array<number>(60).fill(1), "stale"];
  const app = { service: "app", scope: "service", severity: "warning", slo: id, team };
  return [
    {
      promise: `${id}: a service that was measured and is not any more is named after half an hour`,
      everySeconds: 60,
      series: { ...measured("app", gone), ...measured("other", "1x200") },
      alert,
      firing: { "1h": [], "1h28m": [], "1h29m": [app], "3h": [app] },
    },
    {
      promise: `${id}: measurements that return end the alert`,
      everySeconds: 60,
      series: measured("app", [...gone, ...Array<"_">(60).fill("_"), ...Array<number>(20).fill(1)]),
      alert,
      firing: { "2h": [app], "2h5m": [] },
    },
    {
      promise: `${id}: a service that handles nothing is measured all the same`,
      everySeconds: 60,
      series: measured("app", "0x120"),
      alert,
      firing: { "2h": [] },
    },
    {
      promise: `${id}: what was never measured is not missed`,
      everySeconds: 60,
      series: { up: "1x120" },
      alert,
      firing: { "2h": [] },
    },
  ];
}
