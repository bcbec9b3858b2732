import { HeatmapCellLayout } from "@grafana/grafana-foundation-sdk/common";
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapColorScale,
  PanelBuilder,
  RowsHeatmapOptionsBuilder,
  YAxisConfigBuilder,
} from "@grafana/grafana-foundation-sdk/heatmap";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { prometheus } from "../datasources.ts";
import { described, type Panel, type PanelOptions } from "./panel.ts";
import { exemplarsOf } from "./query.ts";

interface HeatmapOptions extends PanelOptions {
  /** PromQL of the rates by `le`. */
  expr: string;
  /** Selector of the buckets whose exemplars are shown. */
  exemplars: string;
}

/** How many events took how long, over time, with exemplars that lead to traces. */
export const heatmap =
  (options: HeatmapOptions): Panel =>
  (datasources) => {
    const { expr, exemplars, unit } = options;
    const buckets = new DataqueryBuilder()
      .refId("A")
      .datasource(prometheus(datasources.metrics))
      .expr(expr)
      .format(PromQueryFormat.Heatmap)
      .legendFormat("{{le}}")
      .range();
    return described(new PanelBuilder(), options, datasources)
      .datasource(prometheus(datasources.metrics))
      .targets([buckets, exemplarsOf(exemplars, datasources)])
      .calculate(false)
      .rowsFrame(new RowsHeatmapOptionsBuilder().layout(HeatmapCellLayout.Auto))
      .yAxis(new YAxisConfigBuilder().unit(unit))
      .color(
        new HeatmapColorOptionsBuilder()
          .mode(HeatmapColorMode.Scheme)
          .scheme("Blues")
          .scale(HeatmapColorScale.Exponential)
          .exponent(0.5)
          .steps(64),
      )
      .cellGap(1)
      .exemplarsColor("orange")
      .showLegend();
  };
