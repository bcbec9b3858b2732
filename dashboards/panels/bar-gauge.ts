import { PanelBuilder } from "@grafana/grafana-foundation-sdk/bargauge";
import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from "@grafana/grafana-foundation-sdk/common";
import { described, type Panel, type PanelOptions } from "./panel.ts";
import { atItsEnd, datasourceOf, type MetricQuery } from "./query.ts";

interface BarGaugeOptions extends PanelOptions {
  query: MetricQuery;
  /** Where a full bar ends. Default: at the largest value. */
  max?: number;
}

/** Values side by side, as they are now. */
export const barGauge =
  (options: BarGaugeOptions): Panel =>
  (datasources) => {
    const { query, max } = options;
    const panel = described(new PanelBuilder(), options, datasources)
      .datasource(datasourceOf([query], datasources))
      .targets(atItsEnd([query], datasources))
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false).fields(""))
      .orientation(VizOrientation.Horizontal)
      .displayMode(BarGaugeDisplayMode.Basic)
      .namePlacement(BarGaugeNamePlacement.Left)
      .showUnfilled(true)
      .min(0);
    return max === undefined ? panel : panel.max(max);
  };
