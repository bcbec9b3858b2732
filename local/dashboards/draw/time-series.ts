import type { EChartsCoreOption } from "echarts/core";
import { type PanelModel, secondsOf } from "../model.ts";
import type { Exemplar } from "../exemplars.ts";
import type { Range, Series } from "../query.ts";
import { chart, chartTop, type Size } from "./chart.ts";
import { colorOf, hex, theme } from "./colors.ts";
import { exemplarSigns, type TraceUrl } from "./exemplars.ts";
import { format } from "./format.ts";
import { drawLegend } from "./legend.ts";

/** Moments that are marked on graphs, e.g. deployments. */
export interface Mark {
  seconds: number;
  color: string;
}

/** Lines, areas or bars over time. */
export function drawTimeSeries(
  panel: PanelModel,
  series: readonly Series[],
  size: Size,
  { from, to }: Range,
  marks: readonly Mark[],
  exemplars: readonly Exemplar[],
  traceUrl: TraceUrl,
): string {
  const { width, height } = size;
  const names = series.map(({ name }, index) => ({ name, color: colorOf(panel, name, index) }));
  const legend = drawLegend(names, size);
  const { unit, min, max, thresholds, custom = {} } = panel.fieldConfig.defaults;
  const stacked = custom.stacking?.mode === "normal";
  const isBars = custom.drawStyle === "bars";
  const bounds =
    custom.thresholdsStyle?.mode === "dashed"
      ? (thresholds?.steps ?? []).filter(({ value }) => value !== null)
      : [];
  const largest = Math.max(
    ...series.flatMap(({ points }) => points.map(([, value]) => (Number.isFinite(value) ? value : 0))),
    0,
  );
  // A threshold far above all values would press them flat.
  const near = bounds.filter(
    ({ value }) => largest === 0 || (value ?? 0) <= Math.max(largest * 4, custom.axisSoftMax ?? 0),
  );
  // A bar stands for the interval before its point, and may be of more than is looked at.
  const barSeconds = isBars ? secondsOf(panel.interval ?? "0s") : 0;
  const times = isBars ? series.flatMap(({ points }) => points.map(([seconds]) => seconds)) : [];
  const range = { from: Math.min(from, ...times.map((end) => end - barSeconds)), to: Math.max(to, ...times) };
  const barWidth = Math.max(1, (0.9 * width * barSeconds) / (range.to - range.from));
  const highest = Math.max(custom.axisSoftMax ?? 0, ...near.map(({ value }) => value ?? 0));
  const option: EChartsCoreOption = {
    grid: { left: 8, right: 14, top: chartTop, bottom: 4, containLabel: true },
    xAxis: {
      type: "time",
      min: range.from * 1000,
      max: range.to * 1000,
      axisLabel: { color: theme.faint, fontSize: 10, hideOverlap: true },
      splitLine: { show: true, lineStyle: { color: theme.grid } },
      axisLine: { show: false },
      axisTick: { show: false },
    },
    yAxis: {
      type: "value",
      min,
      max: highest > 0 && highest >= largest && !stacked ? axisEnd(highest, unit) : max,
      scale: min === undefined,
      splitNumber: 4,
      axisLabel: { color: theme.faint, fontSize: 10, formatter: (value: number) => format(value, unit) },
      splitLine: { lineStyle: { color: theme.grid } },
    },
    series: series.map(({ name, points }, index) => {
      const color = colorOf(panel, name, index);
      return {
        name,
        type: isBars ? "bar" : "line",
        data: withGaps(points).map(([seconds, value]) => [
          (seconds - barSeconds / 2) * 1000,
          Number.isFinite(value) ? value : null,
        ]),
        ...(stacked ? { stack: "all" } : {}),
        showSymbol: points.length === 1,
        lineStyle: { width: 1.5, color },
        itemStyle: { color },
        ...(isBars ? { barWidth } : { areaStyle: { color, opacity: (custom.fillOpacity ?? 0) / 100 } }),
        ...(index === 0 ? { markLine: markLines(near, marks, range) } : {}),
      };
    }),
  };
  const signs = exemplarSigns(exemplars, ({ seconds, value }) => [seconds * 1000, value], unit, traceUrl);
  return chart(option, { width, height: height - legend.height }, signs) + legend.svg;
}

/** A round number above the highest threshold; shares end at all. */
function axisEnd(highest: number, unit = ""): number {
  if (unit === "percentunit" && highest > 0.5) return Math.max(1, highest);
  const digit = 10 ** Math.floor(Math.log10(highest));
  return Math.ceil((1.02 * highest) / digit) * digit;
}

/** A line ends where its series does, and begins anew where that comes back. */
function withGaps(points: Series["points"]): Series["points"] {
  const step = Math.min(...points.slice(1).map(([seconds], index) => seconds - (points[index]?.[0] ?? 0)));
  return points.flatMap((point, index) => {
    const before = points[index - 1]?.[0];
    return before !== undefined && point[0] - before > 1.5 * step ? [[before + step, NaN], point] : [point];
  });
}

const markLines = (
  bounds: readonly { value: number | null; color: string }[],
  marks: readonly Mark[],
  { from, to }: Range,
) => ({
  silent: true,
  symbol: "none",
  label: { show: false },
  data: [
    ...bounds.map(({ value, color }) => ({
      yAxis: value,
      lineStyle: { color: hex(color), type: "dashed", width: 1 },
    })),
    ...marks
      .filter(({ seconds }) => seconds > from && seconds < to)
      .map(({ seconds, color }) => ({
        xAxis: seconds * 1000,
        lineStyle: { color: hex(color), type: "dotted", width: 1 },
      })),
  ],
});
