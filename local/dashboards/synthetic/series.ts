/** A series that is made up: what a real one of the same name and labels might have been. */
export interface Series {
  name: string;
  labels: Readonly<Record<string, string>>;
  /** Counters: by how much it grows within a second; gauges: its value. At a time, in seconds since 1970. */
  at: (seconds: number) => number;
  counts: boolean;
  /** When it is there, in seconds since 1970. Default: always. */
  from?: number;
  to?: number;
}

const day = 86_400;

/** The load of a working day: little at night and at the weekend, most in the early afternoon; 1 on average. */
export function workload(seconds: number): number {
  const hour = (seconds % day) / 3600;
  const weekday = (Math.floor(seconds / day) + 4) % 7;
  const isWeekend = weekday === 0 || weekday === 6;
  return (0.5 + 1.4 * Math.exp(-(((hour - 13) / 4.5) ** 2))) * (isWeekend ? 0.45 : 1);
}

/** A number between 0 and 1 that depends on the text and the time alone, so that every run draws the same. */
export function noise(text: string, seconds: number): number {
  let hash = 2166136261 ^ Math.floor(seconds);
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 16777619);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 2246822519);
  hash ^= hash >>> 13;
  return (hash >>> 0) / 4294967296;
}

/** Share of durations that are no longer than a bound, when half of them are no longer than the median (log-normal). */
function shareWithin(bound: number, median: number, spread = 0.8): number {
  const z = Math.log(bound / median) / spread;
  return 1 / (1 + Math.exp(-1.702 * z));
}

export const counter = (name: string, labels: Series["labels"], at: Series["at"]): Series => ({
  name,
  labels,
  at,
  counts: true,
});

export const gauge = (name: string, labels: Series["labels"], at: Series["at"]): Series => ({
  name,
  labels,
  at,
  counts: false,
});

/** As Prometheus writes a bucket's bound. */
const boundText = (bound: number) => (Number.isInteger(bound) ? `${bound}.0` : String(bound));

interface Durations {
  buckets: readonly number[];
  /** Events within a second. */
  events: Series["at"];
  /** Seconds that half of the events take at most. */
  median: Series["at"];
  /** Whether the buckets are made, too. */
  withBuckets: boolean;
}

/** The series of a histogram. */
export function histogram(
  name: string,
  labels: Series["labels"],
  { buckets, events, median, withBuckets }: Durations,
): Series[] {
  const upTo = (bound: number) => (seconds: number) => events(seconds) * shareWithin(bound, median(seconds));
  return [
    counter(`${name}_count`, labels, events),
    counter(`${name}_sum`, labels, (seconds) => events(seconds) * median(seconds) * 1.35),
    ...(withBuckets
      ? [
          ...buckets.map((bound) =>
            counter(`${name}_bucket`, { ...labels, le: boundText(bound) }, upTo(bound)),
          ),
          counter(`${name}_bucket`, { ...labels, le: "+Inf" }, events),
        ]
      : []),
  ];
}
