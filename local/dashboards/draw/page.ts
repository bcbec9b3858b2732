import type { DashboardModel, PanelModel } from "../model.ts";
import { theme } from "./colors.ts";
import { box, escaped, fitting, text } from "./svg.ts";

/** As Grafana lays out: a column of the grid, a line of it, and the gap between panels, in pixels. */
const columnWidth = 60;
const lineHeight = 38;
const gap = 8;
const pageWidth = 24 * columnWidth + gap;
const headHeight = 62;
const titleHeight = 28;

/** The room that a panel has for what it shows. */
export const contentSize = ({ gridPos: { w, h } }: PanelModel) => ({
  width: w * columnWidth - gap,
  height: h * lineHeight - gap - titleHeight - 4,
});

/**
 * A whole dashboard as one SVG.
 * @param contents what each panel shows, as SVG, in the order of the panels.
 * @param data says what was drawn.
 */
export function page(
  { title, description, panels }: DashboardModel,
  contents: ReadonlyMap<PanelModel, string>,
  data: string,
): string {
  const bottom = Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  const height = headHeight + bottom * lineHeight + gap;
  const drawn = panels.map((panel) => {
    const { x, y, w, h } = panel.gridPos;
    const left = gap + x * columnWidth;
    const top = headHeight + y * lineHeight;
    const width = w * columnWidth - gap;
    if (panel.type === "row")
      return text(panel.title, left, top + 24, { size: 15, color: theme.text, bold: true });
    const content = contents.get(panel) ?? "";
    return (
      box(left, top, width, h * lineHeight - gap, theme.panel, `stroke="${theme.border}" rx="3"`) +
      text(fitting(panel.title, width - 16, 12.5), left + 10, top + 19, {
        size: 12.5,
        color: theme.text,
        bold: true,
      }) +
      `<g transform="translate(${left},${top + titleHeight})"><title>${escaped(panel.description ?? "")}</title>${content}</g>`
    );
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${pageWidth}" height="${height}" viewBox="0 0 ${pageWidth} ${height}">` +
    box(0, 0, pageWidth, height, theme.page) +
    text(`AutoWeave / ${title}`, gap + 4, 26, { size: 19, color: theme.text, bold: true }) +
    text(description, gap + 4, 46, { size: 12, color: theme.faint }) +
    text(`A drawing, not Grafana: ${data}`, pageWidth - gap, 22, {
      size: 11,
      color: theme.faint,
      anchor: "end",
    }) +
    drawn.join("") +
    "</svg>"
  );
}

/** All dashboards on one page of HTML. */
export const html = (
  drawings: readonly { uid: string; title: string; svg: string }[],
  data: string,
): string =>
  `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>AutoWeave dashboards, drawn</title>
<style>body{margin:0;background:${theme.page};color:${theme.text};font-family:sans-serif}
nav{position:sticky;top:0;padding:8px 12px;background:${theme.panel};border-bottom:1px solid ${theme.border}}
a{color:${theme.link};margin-right:16px}p{margin:6px 0 0;color:${theme.faint}}svg{max-width:100%;height:auto}</style>
<nav>${drawings.map(({ uid, title }) => `<a href="#${uid}">${escaped(title)}</a>`).join("")}
<p>Drawings of the dashboards, for looking at them without Grafana; Grafana is the viewer. Data: ${escaped(data)}</p></nav>
${drawings.map(({ uid, svg }) => `<section id="${uid}">${svg}</section>`).join("\n")}
</html>
`;
