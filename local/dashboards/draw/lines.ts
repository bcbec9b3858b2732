import type { Size } from "./chart.ts";
import { theme } from "./colors.ts";
import { fitting, text } from "./svg.ts";

/** Lines of text, e.g. of a log, from the top. */
export const drawLines = (lines: readonly string[], { width, height }: Size): string =>
  lines
    .slice(0, Math.floor(height / 17))
    .map((line, index) =>
      text(fitting(line, width - 16, 11), 8, 16 + index * 17, { size: 11, color: theme.text }),
    )
    .join("");

/** In place of a panel's content, when there is none. */
export const drawNotice = (notice: string, { width, height }: Size): string =>
  text(notice, width / 2, height / 2, { size: 12, color: theme.faint, anchor: "middle" });
