import type { PanelModel } from "../model.ts";
import type { Series } from "../query.ts";
import type { Size } from "./chart.ts";
import { colorAt, theme } from "./colors.ts";
import { format } from "./format.ts";
import { box, fitting, text } from "./svg.ts";

const lineHeight = 22;

/** Columns and rows, as the panel's transformations make them of its queries. */
function cells(panel: PanelModel, series: readonly (Series & { refId: string })[]) {
  const { renameByName = {}, indexByName = {} } =
    panel.transformations?.find(({ id }) => id === "organize")?.options ?? {};
  const columns = Object.keys(indexByName).toSorted((a, b) => (indexByName[a] ?? 0) - (indexByName[b] ?? 0));
  const isValue = (column: string) => column.startsWith("Value");
  const labels = columns.filter((column) => !isValue(column));
  const values = columns.filter(isValue);
  const rows = Map.groupBy(series, (each) => labels.map((label) => each.labels[label] ?? "").join("\n"));
  const found = [...rows.entries()].map(([key, group]) => ({
    labels: key.split("\n"),
    values: values.map((column) => {
      const refId = column.split("#")[1];
      return group.find((each) => refId === undefined || each.refId === refId)?.points[0]?.[1];
    }),
  }));
  return {
    labels: labels.map((label) => renameByName[label] ?? label),
    values: values.map((value) => renameByName[value] ?? value),
    rows: found.toSorted((a, b) => (b.values[0] ?? -Infinity) - (a.values[0] ?? -Infinity)),
  };
}

/** Each column has room by its longest text; values need about ten characters. */
function columnWidths(
  titles: readonly string[],
  rows: readonly { labels: string[] }[],
  width: number,
): number[] {
  const lengths = titles.map(
    (title, index) => Math.max(title.length, ...rows.map(({ labels }) => labels[index]?.length ?? 10)) + 2,
  );
  const all = lengths.reduce((sum, length) => sum + length, 0);
  return lengths.map((length) => (length / all) * width);
}

export function drawTable(
  panel: PanelModel,
  series: readonly (Series & { refId: string })[],
  { width, height }: Size,
): string {
  const { labels, values, rows } = cells(panel, series);
  const { unit, thresholds } = panel.fieldConfig.defaults;
  const unitOf = (title: string) =>
    (panel.fieldConfig.overrides.find(({ matcher }) => matcher.options === title)?.properties[0]
      ?.value as string) ?? unit;
  const titles = [...labels, ...values];
  const widths = columnWidths(titles, rows, width - 16);
  const start = (index: number) => 8 + widths.slice(0, index).reduce((sum, each) => sum + each, 0);
  const x = (index: number) => (index < labels.length ? start(index) : start(index + 1) - 8);
  const anchor = (index: number) => (index < labels.length ? "start" : "end");
  const head = titles.map((title, index) =>
    text(title, x(index), 16, { size: 11, color: theme.link, anchor: anchor(index), bold: true }),
  );
  const shown = rows.slice(0, Math.floor((height - 28) / lineHeight));
  const isJudged = (thresholds?.steps.length ?? 0) > 1;
  const body = shown.flatMap((row, line) => {
    const y = 26 + line * lineHeight;
    return [
      box(4, y, width - 8, lineHeight, line % 2 ? "transparent" : "#1f2329"),
      ...row.labels.map((label, index) =>
        text(fitting(label, (widths[index] ?? 0) - 6, 11), x(index), y + 15, { size: 11, color: theme.text }),
      ),
      ...row.values.map((value, index) =>
        text(format(value, unitOf(values[index] ?? "")), x(labels.length + index), y + 15, {
          size: 11,
          color: isJudged && index === 0 ? colorAt(thresholds?.steps, value) : theme.text,
          anchor: "end",
        }),
      ),
    ];
  });
  const more = rows.length - shown.length;
  return [
    ...head,
    ...body,
    more > 0 ? text(`and ${more} more`, 8, height - 2, { size: 10, color: theme.faint }) : "",
  ].join("");
}
