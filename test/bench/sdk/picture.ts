import { BarChart, CustomChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { LegacyGridContainLabel } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import type { Cost } from "./summary.ts";
import type { Variant } from "./variants.ts";
import type { Workload } from "./workloads.ts";

use([
  BarChart,
  CustomChart,
  GridComponent,
  LegendComponent,
  TitleComponent,
  LegacyGridContainLabel,
  SVGRenderer,
]);

const ours = "#2f6fde";
const theirs = ["#9aa5b1", "#b9a394", "#a8b59a"];

/** CPU that each variant adds to an operation, by workload, as an SVG. */
export function picture(
  costs: readonly Cost[],
  workloads: readonly Workload[],
  variants: readonly Variant[],
): string {
  const drawn = variants.filter(
    ({ name }) => costs.some(({ variant }) => variant === name) && name !== "off",
  );
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 900, height: 420 });
  let peer = 0;
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    textStyle: { fontFamily: "system-ui, sans-serif" },
    title: {
      text: "CPU that telemetry adds to one operation, in µs (less is better)",
      left: 12,
      top: 8,
      textStyle: { fontSize: 14 },
    },
    legend: { top: 36, left: 8, itemWidth: 12, itemHeight: 12 },
    grid: { left: 12, right: 16, top: 72, bottom: 8, containLabel: true },
    xAxis: {
      type: "category",
      data: workloads.map(({ title, ratePerSecond }) => `${title}\n${ratePerSecond}/s`),
      axisTick: { show: false },
    },
    yAxis: { type: "value", axisLabel: { formatter: "{value} µs" } },
    series: drawn.map(({ name, title, ours: own }) => ({
      name: title,
      type: "bar",
      barGap: "8%",
      itemStyle: {
        color: own ? ours : theirs[peer++ % theirs.length],
        ...(name === "full" ? { opacity: 0.55 } : {}),
      },
      label: { show: true, position: "top", fontSize: 10, formatter: "{c}" },
      data: workloads.map((workload) => {
        const cost = costs.find((one) => one.workload === workload.name && one.variant === name);
        return cost ? Math.max(0, Math.round(cost.cpuMicroseconds.median)) : undefined;
      }),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
