import type { PanelModel, Step } from "../model.ts";

/** Grafana's dark theme, roughly. */
export const theme = {
  page: "#111217",
  panel: "#181b1f",
  border: "#2c3235",
  text: "#ccccdc",
  faint: "#8e8e99",
  grid: "#2a2d33",
  link: "#6e9fff",
} as const;

const named: Record<string, string> = {
  green: "#73bf69",
  yellow: "#fade2a",
  orange: "#ff9830",
  red: "#f2495c",
  blue: "#5794f2",
  purple: "#b877d9",
  "super-light-blue": "#a0c4ff",
};

const palette = [
  "#73bf69",
  "#5794f2",
  "#ff9830",
  "#b877d9",
  "#fade2a",
  "#37872d",
  "#3274d9",
  "#e0b400",
  "#8f3bb8",
  "#ff780a",
  "#96d98d",
  "#8ab8ff",
];

export const hex = (name: string): string => named[name] ?? name;

/** One of the colours that tell things apart. */
export const paletteColor = (index: number): string => palette[index % palette.length] ?? theme.text;

/** The colour of a series: the one that the panel gives its name, else the next of the palette. */
export const colorOf = ({ fieldConfig }: PanelModel, name: string, index: number): string => {
  const override = fieldConfig.overrides.find(({ matcher }) => matcher.options === name);
  const fixed = override?.properties.find(({ id }) => id === "color")?.value as
    { fixedColor: string } | undefined;
  return fixed ? hex(fixed.fixedColor) : paletteColor(index);
};

/** The colour of a log's level, as Loki names levels. */
export const levelColor = (level: string): string =>
  ({ error: hex("red"), fatal: hex("red"), critical: hex("red"), warn: hex("orange") })[level] ?? theme.faint;

/** The colour of a value, by a panel's thresholds. */
export const colorAt = (steps: readonly Step[] = [], value = NaN): string =>
  hex(steps.findLast((step) => step.value === null || value >= step.value)?.color ?? "green");
