import { duration } from "../../../../alerts/promql.ts";
import type { RuleCase } from "../../../support/promtool.ts";
import { counter, gauge } from "../../../support/samples.ts";

/** What a series does while all is well, while something is wrong, and when it is just not wrong enough. */
type Behaviour = readonly [well: number, wrong: number, justNot: number];

/** Something goes wrong, and ends: what an alert makes of it. */
export interface Episode {
  alert: string;
  /** Between samples, in seconds. Default: 30. */
  everySeconds?: number;
  /** Values of gauges, by series. */
  gauges?: Record<string, Behaviour>;
  /** By how much counters grow with each sample, by series. */
  counters?: Record<string, Behaviour>;
  /** How long all is well before, and how long it is not, in seconds. Default: ten minutes, and one hour. */
  wellSeconds?: number;
  wrongSeconds?: number;
  /** From the first sample that is wrong until the alert fires, in seconds. */
  firesAfterSeconds: number;
  /** From the first sample that is well again until it does not, in seconds. */
  endsAfterSeconds: number;
  /** Of the alert. */
  labels: Record<string, string>;
  /** What else fires just under the bound: the warning below the critical one. */
  justNotFires?: Record<string, string>[];
}

/** Three cases of an episode: it fires at its time, it ends at its time, and what is just not wrong fires nothing. */
export function episodeCases(episode: Episode): RuleCase[] {
  const { alert, everySeconds = 30, gauges = {}, counters = {}, labels, justNotFires = [] } = episode;
  const { wellSeconds = 600, wrongSeconds = 3600, firesAfterSeconds, endsAfterSeconds } = episode;
  const [before, during, after] = [wellSeconds, wrongSeconds, endsAfterSeconds + 600].map(
    (seconds) => seconds / everySeconds,
  ) as [number, number, number];
  const series = (middle: 1 | 2): RuleCase["series"] => ({
    ...Object.fromEntries(
      Object.entries(gauges).map(([name, values]) => [
        name,
        gauge([values[0], before], [values[middle], during], [values[0], after]),
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(counters).map(([name, grows]) => [
        name,
        counter([
          // A counter's sample tells of the time before it.
          { steps: before - 1, grows: grows[0] },
          { steps: during, grows: grows[middle] },
          { steps: after, grows: grows[0] },
        ]),
      ]),
    ),
  });
  const fires = wellSeconds + firesAfterSeconds;
  const ends = wellSeconds + wrongSeconds + endsAfterSeconds;
  const of = (promise: string, cases: Omit<RuleCase, "promise" | "alert" | "everySeconds">): RuleCase => ({
    promise: `${alert} ${promise}`,
    alert,
    everySeconds,
    ...cases,
  });
  const severity = labels["severity"] ? `, ${labels["severity"]}` : "";
  const changing = Object.entries({ ...gauges, ...counters }).find(([, [well, wrong]]) => well !== wrong);
  const what = changing?.[0].split("{")[0] ?? "";
  return [
    of(`fires ${duration(firesAfterSeconds)} after ${what} tells of it, and not before${severity}`, {
      series: series(1),
      firing: { [`${fires - everySeconds}s`]: [], [`${fires}s`]: [labels] },
    }),
    of(`ends ${duration(endsAfterSeconds)} after ${what} tells that all is well${severity}`, {
      series: series(1),
      firing: { [`${ends - everySeconds}s`]: [labels], [`${ends}s`]: [] },
    }),
    of(`is silent while ${what} is just under its bound${severity}`, {
      series: series(2),
      firing: Object.fromEntries(
        [1, 0.5].map((part) => [`${wellSeconds + wrongSeconds * part - everySeconds}s`, justNotFires]),
      ),
    }),
  ];
}
