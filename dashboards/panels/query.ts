import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { type Datasources, prometheus } from "../datasources.ts";

/** A query of Prometheus. */
export interface MetricQuery {
  expr: string;
  /** Of its series, with labels in double braces. */
  legend: string;
  /** Of the history that is kept for more than a year. */
  longTerm?: true;
}

const refIds = "ABCDEFGH";

const query = ({ expr, legend, longTerm }: MetricQuery, index: number, datasources: Datasources) =>
  new DataqueryBuilder()
    .refId(refIds[index] ?? `Q${index}`)
    .datasource(prometheus(longTerm ? datasources.longTermMetrics : datasources.metrics))
    .expr(expr)
    .legendFormat(legend);

/** Values over the time that is shown. */
export const overTime = (queries: readonly MetricQuery[], datasources: Datasources) =>
  queries.map((each, index) => query(each, index, datasources).range());

/** One value for each series, at the end of the time that is shown. */
export const atItsEnd = (queries: readonly MetricQuery[], datasources: Datasources) =>
  queries.map((each, index) => query(each, index, datasources).instant());

/** One value for each series, as a row of a table. */
export const asTable = (queries: readonly MetricQuery[], datasources: Datasources) =>
  atItsEnd(queries, datasources).map((each) => each.format(PromQueryFormat.Table));

/**
 * Asks for the exemplars of a histogram alone. Recorded series have none, and Grafana looks for those of the series that a
 * query names: this one names the histogram's, reads them at a single moment, and gives no values.
 */
export const exemplarsOf = (buckets: string, { metrics }: Datasources) =>
  new DataqueryBuilder()
    .refId("Exemplars")
    .datasource(prometheus(metrics))
    .expr(`sum(${buckets} @ end()) < 0`)
    .legendFormat("")
    .exemplar(true)
    .range();

/** The datasource of a panel: that of its queries, which are of one. */
export const datasourceOf = ([first]: readonly MetricQuery[], datasources: Datasources) =>
  prometheus(first?.longTerm ? datasources.longTermMetrics : datasources.metrics);
