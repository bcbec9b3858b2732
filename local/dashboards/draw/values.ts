import type { PanelModel } from "../model.ts";
import type { Series } from "../query.ts";
import type { Size } from "./chart.ts";
import { colorAt, theme } from "./colors.ts";
import { format } from "./format.ts";
import { box, fitting, text } from "./svg.ts";

const last = ({ points }: Series) => points.findLast(([, value]) => Number.isFinite(value))?.[1];

const shade = (panel: PanelModel, value?: number): string => {
  const { thresholds } = panel.fieldConfig.defaults;
  return thresholds && thresholds.steps.length > 1 ? colorAt(thresholds.steps, value) : theme.text;
};

/** One value, large, and the way to it behind. */
export function drawStat(panel: PanelModel, [first]: readonly Series[], { width, height }: Size): string {
  if (!first) return "";
  const value = last(first);
  const color = shade(panel, value);
  const values = first.points.map(([, each]) => each).filter(Number.isFinite);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const path = values.map((each, index) => {
    const x = (index / (values.length - 1)) * width;
    return `${x.toFixed(1)},${(height - 4 - ((each - low) / (high - low || 1)) * height * 0.35).toFixed(1)}`;
  });
  const trend =
    values.length > 1
      ? `<polygon points="0,${height} ${path.join(" ")} ${width},${height}" fill="${color}" opacity="0.15"/><polyline points="${path.join(" ")}" fill="none" stroke="${color}" opacity="0.5"/>`
      : "";
  const size = Math.min(38, height * 0.42);
  return (
    trend +
    text(format(value, panel.fieldConfig.defaults.unit), width / 2, height / 2 + size * 0.25, {
      size,
      color,
      anchor: "middle",
      bold: true,
    })
  );
}

/** Values side by side. */
export function drawBarGauge(panel: PanelModel, series: readonly Series[], { width, height }: Size): string {
  const { unit, max } = panel.fieldConfig.defaults;
  const rows = series
    .map((each) => ({ name: each.name, value: last(each) ?? 0 }))
    .toSorted((a, b) => b.value - a.value);
  const full = max ?? Math.max(...rows.map(({ value }) => value), 1e-9);
  const line = Math.min(30, (height - 8) / Math.max(rows.length, 1));
  const left = width * 0.42;
  const room = width - left - 76;
  return rows
    .map(({ name, value }, index) => {
      const y = 4 + index * line;
      const plain = shade(panel, value);
      const color = plain === theme.text ? "#5794f2" : plain;
      return (
        text(fitting(name, left - 18, 11), left - 8, y + line / 2 + 4, {
          size: 11,
          color: theme.text,
          anchor: "end",
        }) +
        box(left, y + 3, room, line - 6, theme.grid, 'rx="2"') +
        box(left, y + 3, room * Math.min(1, Math.max(0, value / full)), line - 6, color, 'rx="2"') +
        text(format(value, unit), left + room + 8, y + line / 2 + 4, { size: 11, color })
      );
    })
    .join("");
}
