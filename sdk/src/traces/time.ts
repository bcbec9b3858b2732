import type { HrTime, TimeInput } from "@opentelemetry/api";

/**
 * The times of one span, in seconds and nanoseconds since the epoch: the wall clock is read once, when the span starts, and
 * time measured from there, so that a clock that is set in between changes no duration.
 */
export class SpanTime {
  readonly start: HrTime;
  readonly #wallMs = Date.now();
  readonly #monotonicMs = performance.now();
  /** What is measured from now on does not follow from a start that was given. */
  readonly #isStartGiven: boolean;

  /** What is no time counts as not given: the span starts now. */
  constructor(start: unknown) {
    const given = this.#given(start);
    this.#isStartGiven = given !== undefined;
    this.start = given ?? fromMillis(this.#wallMs);
  }

  /** A time that was given, or now if it is none. */
  at(input: unknown): HrTime {
    const given = this.#given(input);
    if (given !== undefined) return given;
    return this.#isStartGiven
      ? fromMillis(Date.now())
      : after(this.start, performance.now() - this.#monotonicMs);
  }

  #given(input: unknown): HrTime | undefined {
    if (input === undefined) return undefined;
    const read = readTime(input);
    const time = typeof read === "number" ? this.#fromNumber(read) : read;
    return time && isWithinOtlp(time) ? time : undefined;
  }

  /** Small numbers are those of performance.now(). */
  #fromNumber(ms: number): HrTime {
    return ms <= performance.now() ? after(fromMillis(this.#wallMs), ms - this.#monotonicMs) : fromMillis(ms);
  }
}

/** Whether it is a time as OpenTelemetry's API takes it. Never throws. */
export const isTimeInput = (input: unknown): input is TimeInput => readTime(input) !== undefined;

/** From one time to another; with negative seconds if that is the earlier one. */
export function durationOf(start: HrTime, end: HrTime): HrTime {
  const seconds = end[0] - start[0];
  const nanoseconds = end[1] - start[1];
  return nanoseconds < 0 ? [seconds - 1, nanoseconds + 1e9] : [seconds, nanoseconds];
}

/** OTLP's times are nanoseconds since the epoch in 64 bits: from 1970 to 2554. */
const isWithinOtlp = ([seconds, nanoseconds]: HrTime): boolean =>
  seconds >= 0 && seconds < Math.floor(2 ** 64 / 1e9) && nanoseconds >= 0 && nanoseconds < 1e9;

/** Milliseconds as they were given; a date, or a pair of seconds and nanoseconds, as the latter. */
function readTime(input: unknown): number | HrTime | undefined {
  if (typeof input === "number") return Number.isFinite(input) ? input : undefined;
  if (typeof input !== "object" || input === null) return undefined;
  try {
    if (Array.isArray(input)) return readPair(input);
    return input instanceof Date && Number.isFinite(input.getTime())
      ? fromMillis(input.getTime())
      : undefined;
  } catch {
    return undefined;
  }
}

function readPair(pair: readonly unknown[]): HrTime | undefined {
  const [seconds, nanoseconds] = pair;
  const isTime = pair.length === 2 && Number.isFinite(seconds) && Number.isFinite(nanoseconds);
  return isTime ? [seconds as number, nanoseconds as number] : undefined;
}

function fromMillis(ms: number): HrTime {
  const seconds = Math.floor(ms / 1_000);
  return normalized(seconds, Math.round((ms - seconds * 1_000) * 1e6));
}

function after([seconds, nanoseconds]: HrTime, ms: number): HrTime {
  const later = Math.floor(ms / 1_000);
  return normalized(seconds + later, nanoseconds + Math.round((ms - later * 1_000) * 1e6));
}

const normalized = (seconds: number, nanoseconds: number): HrTime =>
  nanoseconds < 1e9 ? [seconds, nanoseconds] : [seconds + 1, nanoseconds - 1e9];
