import type { FoundTrace, LogLine } from "../evidence.ts";
import type { Size } from "./chart.ts";
import { levelColor, theme } from "./colors.ts";
import { clock, format } from "./format.ts";
import type { TraceUrl } from "./exemplars.ts";
import { fitting, link, text } from "./svg.ts";

const size = 11;
const lineHeight = 17;

const rows = <Row>(found: readonly Row[], { height }: Size, draw: (row: Row, y: number) => string): string =>
  found
    .slice(0, Math.floor(height / lineHeight))
    .map((row, index) => draw(row, 16 + index * lineHeight))
    .join("");

/** Lines of a log, each a link to its trace. */
export const drawLogs = (lines: readonly LogLine[], room: Size, traceUrl: TraceUrl): string =>
  rows(lines, room, ({ time, level, service, tenant, text: line, traceId }, y) => {
    const column = (content: string, x: number, width: number, color: string) =>
      text(fitting(content, width, size), x, y, { size, color });
    const parts = [
      column(clock(time), 8, 90, theme.faint),
      column(level, 96, 50, levelColor(level)),
      column(service, 148, 130, theme.faint),
      column(tenant, 282, 90, theme.faint),
      column(line, 376, room.width - 440, theme.text),
    ];
    if (traceId === undefined) return parts.join("");
    const sign = text("trace", room.width - 8, y, { size, color: theme.link, anchor: "end" });
    return link(traceUrl?.(traceId), parts.join("") + sign);
  });

/** Traces, each a link to it. */
export const drawTraces = (traces: readonly FoundTrace[], room: Size, traceUrl: TraceUrl): string =>
  rows(traces, room, ({ traceId, start, durationMs, service, name }, y) =>
    link(
      traceUrl?.(traceId),
      text(clock(start), 8, y, { size, color: theme.faint }) +
        text(traceId.slice(0, 8), 96, y, { size, color: theme.link }) +
        text(format(durationMs / 1000, "s"), 220, y, { size, color: theme.text, anchor: "end" }) +
        text(fitting(service, 130, size), 236, y, { size, color: theme.faint }) +
        text(fitting(name, room.width - 382, size), 374, y, { size, color: theme.text }),
    ),
  );
