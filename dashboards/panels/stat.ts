import {
  BigValueColorMode,
  BigValueGraphMode,
  ReduceDataOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { described, type Panel, type PanelOptions } from "./panel.ts";
import { atItsEnd, datasourceOf, type MetricQuery, overTime } from "./query.ts";

interface StatOptions extends PanelOptions {
  query: MetricQuery;
  /** Whether the way to the value is drawn behind it. Default: yes. */
  trend?: boolean;
}

/** One value, large. */
export const stat =
  (options: StatOptions): Panel =>
  (datasources) => {
    const { query, trend = true, limits } = options;
    return described(new PanelBuilder(), { height: 4, ...options }, datasources)
      .datasource(datasourceOf([query], datasources))
      .targets(trend ? overTime([query], datasources) : atItsEnd([query], datasources))
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false).fields(""))
      .graphMode(trend ? BigValueGraphMode.Area : BigValueGraphMode.None)
      .colorMode(limits ? BigValueColorMode.Value : BigValueColorMode.None);
  };
