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

/** A chart as SVG. */
export function chart(option: EChartsCoreOption, { width, height }: Size): string {
  const drawn = init(null, null, { renderer: "svg", ssr: true, width, height });
  drawn.setOption({
    animation: false,
    textStyle: { fontFamily: font },
    backgroundColor: "transparent",
    ...option,
  });
  const svg = drawn.renderToSVGString();
  drawn.dispose();
  // Styles that a browser needs for hovering, which a drawing does not do; class names would clash on one page.
  return svg.replace(/<style[^>]*>[\s\S]*?<\/style>/g, "").replace(/ class="[^"]*"/g, "");
}
