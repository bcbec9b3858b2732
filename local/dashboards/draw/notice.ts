import type { Size } from "./chart.ts";
import { hex, theme } from "./colors.ts";
import { text } from "./svg.ts";

const size = 12;
const lineHeight = 17;

/** In place of a panel's content, when there is none. */
export const drawNotice = (notice: string, { width, height }: Size): string =>
  inTheMiddle(wrapped(notice, width), width, height, theme.faint);

/** In place of a panel's content, when it could not be had. */
export const drawFailure = (reason: string, { width, height }: Size): string =>
  inTheMiddle(wrapped(reason, width), width, height, hex("red"));

const inTheMiddle = (lines: readonly string[], width: number, height: number, color: string) => {
  const shown = lines.slice(0, Math.max(1, Math.floor(height / lineHeight)));
  const top = (height - (shown.length - 1) * lineHeight) / 2;
  return shown
    .map((line, index) => text(line, width / 2, top + index * lineHeight, { size, color, anchor: "middle" }))
    .join("");
};

/** A text in lines of about a width in pixels. */
function wrapped(content: string, width: number): string[] {
  const most = Math.max(10, Math.floor(width / (size * 0.62)));
  const lines: string[] = [""];
  for (const word of content
    .split(/\s+/)
    .flatMap((word) => word.match(new RegExp(`.{1,${most}}`, "gu")) ?? [])) {
    const line = lines.at(-1) ?? "";
    if (line && line.length + 1 + word.length > most) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines;
}
