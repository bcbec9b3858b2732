import type { Size } from "./chart.ts";
import { theme } from "./colors.ts";
import { box, fitting, text } from "./svg.ts";

const size = 10.5;
const lineHeight = 16;
const mostLines = 3;

/** The names of series under a graph, and the room that they take; those that do not fit are counted. */
export function drawLegend(
  names: readonly { name: string; color: string }[],
  { width, height }: Size,
): { svg: string; height: number } {
  const lines: { name: string; color: string; x: number }[][] = [[]];
  let x = 10;
  let shown = 0;
  for (const { name, color } of names) {
    const short = fitting(name, width - 40, size);
    const wide = short.length * size * 0.62 + 30;
    if (x + wide > width && x > 10) {
      if (lines.length === mostLines) break;
      lines.push([]);
      x = 10;
    }
    lines.at(-1)?.push({ name: short, color, x });
    x += wide;
    shown += 1;
  }
  const taken = lines.length * lineHeight + 4;
  const top = height - taken + 11;
  const entries = lines.flatMap((line, index) =>
    line.map(({ name, color, x }) => {
      const y = top + index * lineHeight;
      return box(x, y - 5, 11, 4, color, 'rx="2"') + text(name, x + 16, y, { size, color: theme.text });
    }),
  );
  const more = names.length - shown;
  const rest =
    more > 0
      ? text(`+${more}`, width - 8, top + (lines.length - 1) * lineHeight, {
          size,
          color: theme.faint,
          anchor: "end",
        })
      : "";
  return { svg: entries.join("") + rest, height: taken };
}
