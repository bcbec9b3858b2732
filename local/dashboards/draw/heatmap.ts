import type { Exemplar } from "../exemplars.ts";
import type { Range, Series } from "../query.ts";
import { chart, chartTop, type Size } from "./chart.ts";
import { theme } from "./colors.ts";
import { exemplarSigns, type TraceUrl } from "./exemplars.ts";
import { clock, day, format } from "./format.ts";

/** The times that have points, and those in between and around at the same distance, up to the ends of the range. */
function timesWithin(series: readonly Series[], from: number, to: number): number[] {
  const found = new Set(series.flatMap(({ points }) => points.map(([seconds]) => seconds)));
  const [first = from, ...later] = [...found].toSorted((a, b) => a - b);
  const step = Math.min(...later.map((seconds, index) => seconds - ([first, ...later][index] ?? 0)));
  if (!Number.isFinite(step)) return [...found];
  const begin = first - Math.floor((first - from) / step) * step;
  return Array.from({ length: Math.floor((to - begin) / step) + 1 }, (_, index) => begin + index * step);
}

/** How many events took how long: cumulative buckets as cells, darker where there are more. */
export function drawHeatmap(
  series: readonly Series[],
  size: Size,
  { from, to }: Range,
  exemplars: readonly Exemplar[],
  traceUrl: TraceUrl,
): string {
  const buckets = series
    .map(({ labels, points }) => ({
      bound: labels["le"] === "+Inf" ? Infinity : Number(labels["le"]),
      points: new Map(points),
    }))
    .toSorted((a, b) => a.bound - b.bound);
  const times = timesWithin(series, from, to);
  const cells = buckets.flatMap(({ points }, row) =>
    times.map((seconds, column) => {
      const below = row > 0 ? (buckets[row - 1]?.points.get(seconds) ?? 0) : 0;
      return [column, row, Math.max(0, (points.get(seconds) ?? 0) - below)] as const;
    }),
  );
  const largest = Math.max(...cells.map(([, , value]) => value), 1e-9);
  const label = (seconds: number) =>
    to - from > 172_800 ? day(seconds * 1000) : clock(seconds * 1000).slice(0, 5);
  const place = ({ seconds, value }: Exemplar): [number, number] => [
    Math.max(
      0,
      times.findLastIndex((time) => time <= seconds),
    ),
    buckets.findIndex(({ bound }) => value <= bound),
  ];
  return chart(
    {
      grid: { left: 8, right: 14, top: chartTop, bottom: 10, containLabel: true },
      xAxis: {
        type: "category",
        data: times.map(label),
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
    exemplarSigns(exemplars, place, "s", traceUrl),
  );
}
