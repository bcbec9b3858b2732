import { LogsDedupStrategy, LogsSortOrder } from "@grafana/grafana-foundation-sdk/common";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/logs";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/loki";
import { loki } from "../datasources.ts";
import { described, type Panel, type PanelOptions } from "./panel.ts";

interface LogsOptions extends Omit<PanelOptions, "unit"> {
  /** LogQL. */
  expr: string;
}

const mostLines = 200;

/** Log lines, each with a link to its trace. */
export const logs =
  (options: LogsOptions): Panel =>
  (datasources) =>
    described(new PanelBuilder(), { ...options, unit: "string" }, datasources)
      .datasource(loki(datasources.logs))
      .targets([
        new DataqueryBuilder()
          .refId("A")
          .datasource(loki(datasources.logs))
          .expr(options.expr)
          .queryType("range")
          .maxLines(mostLines),
      ])
      .showTime(true)
      .wrapLogMessage(false)
      .enableLogDetails(true)
      .dedupStrategy(LogsDedupStrategy.None)
      .sortOrder(LogsSortOrder.Descending);
