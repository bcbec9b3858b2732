import type { FoundTrace, LogLine } from "../evidence.ts";
import type { Size } from "./chart.ts";
import { levelColor, theme } from "./colors.ts";
import { clock, format } from "./format.ts";
import type { TraceUrl } from "./exemplars.ts";
import { box, fitting, link, text } from "./svg.ts";

const size = 11;
const lineHeight = 17;

/** One line for each, which leads to its trace wherever it is clicked. */
const rows = <Row extends { traceId: string | undefined }>(
  found: readonly Row[],
  { width, height }: Size,
  traceUrl: TraceUrl,
  draw: (row: Row, y: number) => string,
): string =>
  found
    .slice(0, Math.floor(height / lineHeight))
    .map((row, index) => {
      const ground = box(0, index * lineHeight + 4, width, lineHeight, "transparent");
      const url = row.traceId === undefined ? undefined : traceUrl?.(row.traceId);
      return link(url, ground + draw(row, 16 + index * lineHeight));
    })
    .join("");

/** Lines of a log. */
export const drawLogs = (lines: readonly LogLine[], room: Size, traceUrl: TraceUrl): string =>
  rows(lines, room, traceUrl, ({ time, level, service, tenant, text: line, traceId }, y) => {
    const column = (content: string, x: number, width: number, color: string) =>
      text(fitting(content, width, size), x, y, { size, color });
    return [
      column(clock(time), 8, 90, theme.faint),
      column(level, 96, 50, levelColor(level)),
      column(service, 148, 130, theme.faint),
      column(tenant, 282, 90, theme.faint),
      column(line, 376, room.width - 440, theme.text),
      traceId === undefined
        ? ""
        : text("trace", room.width - 8, y, { size, color: theme.link, anchor: "end" }),
    ].join("");
  });

/** Traces that were found. */
export const drawTraces = (traces: readonly FoundTrace[], room: Size, traceUrl: TraceUrl): string =>
  rows(
    traces,
    room,
    traceUrl,
    ({ traceId, start, durationMs, service, name }, y) =>
      text(clock(start), 8, y, { size, color: theme.faint }) +
      text(traceId.slice(0, 8), 96, y, { size, color: theme.link }) +
      text(format(durationMs / 1000, "s"), 220, y, { size, color: theme.text, anchor: "end" }) +
      text(fitting(service, 130, size), 236, y, { size, color: theme.faint }) +
      text(fitting(name, room.width - 382, size), 374, y, { size, color: theme.text }),
  );
