import {
  GraphDrawStyle,
  GraphGradientMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { FieldColorModeId } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { described, type Panel, type PanelOptions } from "./panel.ts";
import { datasourceOf, exemplarsOf, type MetricQuery, overTime } from "./query.ts";

interface TimeSeriesOptions extends PanelOptions {
  queries: readonly MetricQuery[];
  /** `stacked`: areas that add up; `bars`: amounts of equal times, stacked. Default: lines. */
  style?: "lines" | "stacked" | "bars";
  /** Colours of series, by their legend. */
  colors?: Readonly<Record<string, string>>;
  /** Selector of the buckets whose exemplars are shown. */
  exemplars?: string;
  /** The shortest time that one point stands for, e.g. `5m`. */
  interval?: string;
  /** Where the axis ends at least. */
  max?: number;
  /** Where the axis begins. Default: 0; `null` where the values do. */
  min?: number | null;
}

/** Values over time. */
export const timeSeries =
  (options: TimeSeriesOptions): Panel =>
  (datasources) => {
    const { queries, style = "lines", colors = {}, exemplars, interval, limits, max, min = 0 } = options;
    const panel = described(new PanelBuilder(), options, datasources)
      .datasource(datasourceOf(queries, datasources))
      .targets([
        ...overTime(queries, datasources),
        ...(exemplars ? [exemplarsOf(exemplars, datasources)] : []),
      ])
      .legend(
        new VizLegendOptionsBuilder()
          .displayMode(LegendDisplayMode.List)
          .placement(LegendPlacement.Bottom)
          .showLegend(true),
      )
      .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
      .drawStyle(style === "bars" ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
      .lineWidth(style === "bars" ? 0 : 2)
      .fillOpacity({ lines: 8, stacked: 30, bars: 80 }[style])
      .gradientMode(GraphGradientMode.None)
      .showPoints(VisibilityMode.Never)
      .thresholdsStyle(
        new GraphThresholdsStyleConfigBuilder().mode(
          limits ? GraphThresholdsStyleMode.Dashed : GraphThresholdsStyleMode.Off,
        ),
      );
    if (style !== "lines") panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group("A"));
    if (min !== null) panel.min(min);
    if (max !== undefined) panel.axisSoftMax(max);
    if (interval) panel.interval(interval);
    for (const [name, fixedColor] of Object.entries(colors)) {
      panel.overrideByName(name, [{ id: "color", value: { mode: FieldColorModeId.Fixed, fixedColor } }]);
    }
    return panel;
  };
