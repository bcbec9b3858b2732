import { TableSortByFieldStateBuilder } from "@grafana/grafana-foundation-sdk/common";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/table";
import { described, type Panel, type PanelOptions, type Unit } from "./panel.ts";
import { asTable, datasourceOf, type MetricQuery } from "./query.ts";

interface Column {
  title: string;
  query: Omit<MetricQuery, "legend">;
  unit: Unit;
}

interface TableOptions extends Omit<PanelOptions, "unit"> {
  /** Labels that tell the rows apart, and what they are called. */
  rows: Readonly<Record<string, string>>;
  /** Values of each row, the first of which orders the rows, largest first. */
  columns: readonly [Column, ...Column[]];
}

/** Values by labels, as they are now. */
export const table =
  (options: TableOptions): Panel =>
  (datasources) => {
    const { rows, columns } = options;
    const queries = columns.map(({ query, title }) => ({ ...query, legend: title }));
    const field = (index: number) => (columns.length > 1 ? `Value #${"ABCDEFGH"[index]}` : "Value");
    const names = Object.fromEntries(columns.map(({ title }, index) => [field(index), title]));
    const shown = [...Object.keys(rows), ...Object.keys(names)];
    const panel = described(new PanelBuilder(), { ...options, unit: columns[0].unit }, datasources)
      .datasource(datasourceOf(queries, datasources))
      .targets(asTable(queries, datasources))
      .withTransformation({ id: "merge", options: {} })
      .withTransformation({ id: "filterFieldsByName", options: { include: { names: shown } } })
      .withTransformation({
        id: "organize",
        options: {
          renameByName: { ...rows, ...names },
          indexByName: Object.fromEntries(shown.map((name, index) => [name, index])),
        },
      })
      .sortBy([new TableSortByFieldStateBuilder().displayName(columns[0].title).desc(true)]);
    for (const { title, unit } of columns) panel.overrideByName(title, [{ id: "unit", value: unit }]);
    return panel;
  };
