import { type MetricDefinition, metrics } from "../../sdk/src/names/index.ts";
import { type Samples, selector } from "./promtool.ts";

/** A stretch of time in which everything goes on alike. */
export interface Stretch {
  /** Its length, in samples. */
  steps: number;
  /** Before it, counters begin at zero again, as those of a process that was restarted do. */
  reset?: true;
}

/** A counter: it begins at 0, and grows by so much with each sample. */
export function counter(stretches: readonly (Stretch & { grows: number })[]): Samples {
  const samples = [0];
  let value = 0;
  for (const { steps, grows, reset } of stretches) {
    if (reset) value = 0;
    for (let step = 0; step < steps; step += 1) {
      value += grows;
      samples.push(value);
    }
  }
  return samples;
}

/** A gauge: its values, and for how many samples it has them. */
export const gauge = (...stretches: readonly [value: number, steps: number][]): Samples =>
  stretches.flatMap(([value, steps]) => Array<number>(steps).fill(value));

/** Events of a stretch: how many of each duration, in seconds, come with each sample. */
type Durations = readonly (readonly [seconds: number, count: number])[];

const boundText = (bound: number) => (Number.isInteger(bound) ? `${bound}.0` : String(bound));

/** The series of one of the vocabulary's histograms: its buckets and its count. */
export function histogram(
  name: string,
  labels: Record<string, string>,
  stretches: readonly (Stretch & { events: Durations })[],
): Record<string, Samples> {
  const { buckets = [] } = Object.values(metrics).find(
    (metric: MetricDefinition) => metric.name === name,
  ) as MetricDefinition;
  const upTo = (bound: number) =>
    counter(
      stretches.map(({ events, ...stretch }) => ({
        ...stretch,
        grows: events.reduce((sum, [seconds, count]) => (seconds <= bound ? sum + count : sum), 0),
      })),
    );
  return {
    ...Object.fromEntries(
      buckets.map((bound) => [`${name}_bucket${selector({ ...labels, le: boundText(bound) })}`, upTo(bound)]),
    ),
    [`${name}_bucket${selector({ ...labels, le: "+Inf" })}`]: upTo(Infinity),
    [`${name}_count${selector(labels)}`]: upTo(Infinity),
  };
}
