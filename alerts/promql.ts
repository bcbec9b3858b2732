const units = [
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
  ["s", 1],
] as const;

/** A duration as Prometheus writes it, e.g. `15m30s`. */
export function duration(seconds: number): string {
  let rest = seconds;
  const parts = units.map(([unit, length]) => {
    const count = Math.floor(rest / length);
    rest -= count * length;
    return count > 0 ? `${count}${unit}` : "";
  });
  return parts.join("") || "0s";
}

/** A number as a rule states it: without the last digits that arithmetic on floats leaves behind. */
export const number = (value: number): string => String(Number(value.toPrecision(12)));

/** A regular expression that matches each of the names and nothing else. */
export const anyOf = (names: readonly string[]): string =>
  names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");

/**
 * How much a counter grew, by labels: increases, and what new series begin with, which `increase` does not see.
 * @param selector of the counter, e.g. `jobs_total{result="dead"}`.
 */
export const grown = (selector: string, by: readonly string[], window: string): string => {
  const sum = `sum by (${by.join(", ")})`;
  return `${sum} (increase(${selector}[${window}])) > 0 or (${sum} (${selector}) > 0 unless ${sum} (${selector} offset ${window}))`;
};
