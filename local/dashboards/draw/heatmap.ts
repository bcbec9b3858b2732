import type { Series } from "../query.ts";
import { chart, type Size } from "./chart.ts";
import { theme } from "./colors.ts";
import { format } from "./format.ts";
import type { Range } from "./time-series.ts";

/** How many events took how long: cumulative buckets as cells, darker where there are more. */
export function drawHeatmap(series: readonly Series[], size: Size, { from, to }: Range): string {
  const buckets = series
    .map(({ labels, points }) => ({
      bound: labels["le"] === "+Inf" ? Infinity : Number(labels["le"]),
      points: new Map(points),
    }))
    .toSorted((a, b) => a.bound - b.bound);
  const times = [...new Set(series.flatMap(({ points }) => points.map(([seconds]) => seconds)))].toSorted(
    (a, b) => a - b,
  );
  const cells = buckets.flatMap(({ points }, row) =>
    times.map((seconds, column) => {
      const below = row > 0 ? (buckets[row - 1]?.points.get(seconds) ?? 0) : 0;
      return [column, row, Math.max(0, (points.get(seconds) ?? 0) - below)] as const;
    }),
  );
  const largest = Math.max(...cells.map(([, , value]) => value), 1e-9);
  const clock = (seconds: number) =>
    to - from > 172_800
      ? new Date(seconds * 1000).toISOString().slice(5, 10)
      : new Date(seconds * 1000).toISOString().slice(11, 16);
  return chart(
    {
      grid: { left: 8, right: 14, top: 10, bottom: 10, containLabel: true },
      xAxis: {
        type: "category",
        data: times.map(clock),
        axisLabel: { color: theme.faint, fontSize: 10, interval: Math.ceil(times.length / 6) },
        axisTick: { show: false },
        axisLine: { show: false },
      },
      yAxis: {
        type: "category",
        data: buckets.map(({ bound }) => (bound === Infinity ? "more" : format(bound, "s"))),
        axisLabel: { color: theme.faint, fontSize: 10 },
        axisTick: { show: false },
        axisLine: { show: false },
      },
      visualMap: {
        show: false,
        min: 0,
        max: Math.sqrt(largest),
        inRange: { color: [theme.panel, "#17375e", "#2f6fb7", "#8ec1f5", "#e4f1ff"] },
      },
      series: [
        {
          type: "heatmap",
          data: cells
            .filter(([, , value]) => value > largest / 1e4)
            .map(([x, y, value]) => [x, y, Math.sqrt(value)]),
          progressive: 0,
        },
      ],
    },
    size,
  );
}
