/** A median with the interval that holds it at 95 % confidence. */
export interface Estimate {
  median: number;
  low: number;
  high: number;
}

const resamples = 2_000;

/**
 * Median and its percentile-bootstrap interval.
 * Source: Efron, Tibshirani: An Introduction to the Bootstrap (1993), chapter 13.
 */
export function estimate(values: readonly number[], random: () => number): Estimate {
  const medians = Array.from({ length: resamples }, () =>
    median(values.map(() => values[Math.floor(random() * values.length)] as number)),
  ).sort((one, other) => one - other);
  return {
    median: median(values),
    low: medians[Math.floor(resamples * 0.025)] as number,
    high: medians[Math.floor(resamples * 0.975)] as number,
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  return Number.isInteger(middle)
    ? ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
    : (sorted[Math.floor(middle)] as number);
}
