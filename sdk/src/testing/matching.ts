import { inspect, isDeepStrictEqual } from "node:util";

/** A text exactly, or one that a pattern matches. */
export type TextMatch = string | RegExp;

export const matchesText = (expected: TextMatch, text: string): boolean =>
  typeof expected === "string" ? expected === text : expected.test(text);

/** Whether every expected entry is there: equal, or a text that the expected pattern matches. */
export const includes = (
  actual: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, unknown>>,
): boolean =>
  Object.entries(expected).every(([key, value]) =>
    value instanceof RegExp ? value.test(String(actual[key])) : isDeepStrictEqual(actual[key], value),
  );

const mostShown = 20;

/** The error of an expectation that is not met: what was expected, and what there is instead, the latest last. */
export function unmet(what: string, expected: unknown, present: readonly string[]): Error {
  const omitted = Math.max(0, present.length - mostShown);
  return new Error(
    [
      `There is no ${what} ${inspect(expected, { breakLength: Infinity })}.`,
      present.length === 0 ? `There is no ${what} at all.` : "There are:",
      ...(omitted > 0 ? [`  … ${omitted} more`] : []),
      ...present.slice(omitted).map((line) => `  ${line}`),
    ].join("\n"),
  );
}
