/** One measured number, and the bound that it is held to. */
export interface Measurement {
  what: string;
  value: number;
  unit: "s" | "ms" | "MB" | "";
  /** At most; for `exactly`, neither more nor less. */
  target?: number;
  exactly?: boolean;
  /** What stands behind the number, e.g. the objects left over. */
  detail?: string[];
}

export const isMet = ({ value, target, exactly }: Measurement): boolean =>
  target === undefined || (exactly ? value === target : value <= target);

/** The measurements as a table; times also as multiples of `baselineSeconds`, if given, which differ less between machines. */
export function table(measurements: readonly Measurement[], baselineSeconds?: number): string {
  const rows = measurements.map((measurement) => {
    const { what, value, unit, target, exactly, detail = [] } = measurement;
    const ratio = unit === "s" && baselineSeconds ? `${(value / baselineSeconds).toFixed(1)}×` : "";
    const bound = target === undefined ? "" : `${exactly ? "=" : "≤"} ${target} ${unit}`.trim();
    const shown = `${Number.isInteger(value) ? value : value.toFixed(1)} ${unit}`.trim();
    const verdict = target === undefined ? "" : isMet(measurement) ? "met" : "MISSED";
    return { cells: [what, shown, bound, ratio, verdict], detail };
  });
  const head = ["", "measured", "target", baselineSeconds ? "× empty update" : "", ""];
  const widths = head.map((cell, i) =>
    Math.max(cell.length, ...rows.map(({ cells }) => cells[i]?.length ?? 0)),
  );
  const line = (cells: string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  return [
    line(head),
    ...rows.flatMap(({ cells, detail }) => [line(cells), ...detail.map((text) => `    ${text}`)]),
  ].join("\n");
}
