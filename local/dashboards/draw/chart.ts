import { BarChart, HeatmapChart, LineChart } from "echarts/charts";
import { GridComponent, MarkLineComponent, VisualMapComponent } from "echarts/components";
import { type EChartsCoreOption, init, use } from "echarts/core";
import { LegacyGridContainLabel } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import { font } from "./svg.ts";

export interface Size {
  width: number;
  height: number;
}

/** Something drawn over a chart. */
export interface Sign {
  /** Where, in values of the two axes. */
  at: [x: number, y: number];
  draw(x: number, y: number): string;
}

use([
  BarChart,
  HeatmapChart,
  LineChart,
  GridComponent,
  MarkLineComponent,
  VisualMapComponent,
  LegacyGridContainLabel,
  SVGRenderer,
]);

/** Room above the lines of a chart, in pixels. */
export const chartTop = 10;

/** A chart as SVG. What a sign stands for may lie above the chart: it is drawn at its upper edge then. */
export function chart(
  option: EChartsCoreOption,
  { width, height }: Size,
  signs: readonly Sign[] = [],
): string {
  const drawn = init(null, null, { renderer: "svg", ssr: true, width, height });
  drawn.setOption({
    animation: false,
    textStyle: { fontFamily: font },
    backgroundColor: "transparent",
    ...option,
  });
  const svg = drawn.renderToSVGString();
  const over = signs.map(({ at, draw }) => {
    const [x = 0, y = 0] = drawn.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, at);
    return draw(x, Math.max(y, chartTop));
  });
  drawn.dispose();
  // Styles that a browser needs for hovering, which a drawing does not do; class names would clash on one page.
  return svg.replace(/<style[^>]*>[\s\S]*?<\/style>/g, "").replace(/ class="[^"]*"/g, "") + over.join("");
}
