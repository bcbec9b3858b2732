/** One measured number, and the bound that it is held to. */
export interface Measurement {
  what: string;
  value: number;
  unit: "s" | "ms" | "MB" | "";
  /** At most; for `exactly`, neither more nor less; for `atLeast`, no less. */
  target?: number;
  exactly?: boolean;
  atLeast?: boolean;
  /** What stands behind the number, e.g. the objects left over. */
  detail?: string[];
}

export function isMet({ value, target, exactly, atLeast }: Measurement): boolean {
  if (target === undefined) return true;
  if (exactly) return value === target;
  return atLeast ? value >= target : value <= target;
}

/** The measurements as a table; times also as multiples of `baselineSeconds`, if given, which differ less between machines. */
export function table(measurements: readonly Measurement[], baselineSeconds?: number): string {
  const rows = measurements.map((measurement) => {
    const { what, value, unit, target, exactly, atLeast, detail = [] } = measurement;
    const ratio = unit === "s" && baselineSeconds ? `${(value / baselineSeconds).toFixed(1)}×` : "";
    const bound =
      target === undefined ? "" : `${exactly ? "=" : atLeast ? "≥" : "≤"} ${target} ${unit}`.trim();
    const shown = `${Number.isInteger(value) ? value : value.toFixed(1)} ${unit}`.trim();
    const verdict = target === undefined ? "" : isMet(measurement) ? "met" : "MISSED";
    return { cells: [what, shown, bound, ratio, verdict], detail };
  });
  const head = ["", "measured", "target", baselineSeconds ? "× empty update" : "", ""];
  const [first, ...lines] = columns([head, ...rows.map(({ cells }) => cells)]);
  return [
    first,
    ...rows.flatMap(({ detail }, index) => [lines[index], ...detail.map((text) => `    ${text}`)]),
  ].join("\n");
}

/** Rows of cells as lines, each column as wide as its widest cell. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const count = Math.max(...rows.map(({ length }) => length));
  const widths = Array.from({ length: count }, (_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
