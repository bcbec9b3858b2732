import { PanelBuilder } from "@grafana/grafana-foundation-sdk/table";
import { DataqueryBuilder, SearchTableType } from "@grafana/grafana-foundation-sdk/tempo";
import { tempo } from "../datasources.ts";
import { described, type Panel, type PanelOptions } from "./panel.ts";

interface TracesOptions extends Omit<PanelOptions, "unit"> {
  /** TraceQL. */
  query: string;
}

/** Traces that a search finds, each a link to the trace. */
export const traces =
  (options: TracesOptions): Panel =>
  (datasources) =>
    described(new PanelBuilder(), { ...options, unit: "string" }, datasources)
      .datasource(tempo(datasources.traces))
      .targets([
        new DataqueryBuilder()
          .refId("A")
          .datasource(tempo(datasources.traces))
          .queryType("traceql")
          .query(options.query)
          .tableType(SearchTableType.Traces)
          .limit(20),
      ]);
