const firstMs = 1_000;
const longestMs = 30_000;

/**
 * Pause before the next try, in ms, after so many failures in a row: anything up to a bound that doubles from 1 s to 30 s.
 * Source: "full jitter" in https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export const backoffMs = (failures: number): number =>
  Math.random() * Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 10));

/** Pause before the next try, in ms, where only a human can repair what failed. */
export const repairPauseMs = (): number => longestMs * (0.5 + Math.random() / 2);

/** A backend that asks for more patience than this is not believed. */
const longestRetryAfterMs = 300_000;

/**
 * What `Retry-After` asks for, in ms, at most five minutes: seconds, or a date. `undefined` when it is neither.
 * Source: RFC 9110, section 10.2.3
 */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  const text = value?.trim();
  if (!text) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestRetryAfterMs);
}
