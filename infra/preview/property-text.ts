import { stringify } from "yaml";
import type { PropertyChange } from "./changes.ts";
import type { Json } from "./digest.ts";
import { diffLines } from "./lines.ts";

/** The longest value that is shown whole on one line, in characters. */
const maxInline = 80;
/** How much is shown before and behind the part of a long value that differs. */
const around = 20;

/**
 * One changed property as lines: `path: old → new`, or the path and below it the lines of a text or structure that
 * differ. Each line begins with the sign it has in a diff: `-`, `+`, `!` or a space.
 * @param maxLines the most lines of one text or structure that are shown
 */
export function propertyLines(change: PropertyChange, maxLines = Infinity): string[] {
  const { path, old, now, replaces } = change;
  const why = replaces ? "  (forces the replacement)" : "";
  if (isBlock(old) || isBlock(now)) {
    const lines = diffLines(asText(old), asText(now)).map((line) => `${line[0]}   ${line.slice(1)}`);
    const more = lines.length - maxLines;
    const shown = more > 0 ? [...lines.slice(0, maxLines), `    … ${more} more lines`] : lines;
    return [`! ${path}:${why}`, ...shown];
  }
  if (old === undefined) return [`+ ${path}: ${inline(now)}${why}`];
  if (now === undefined) return [`- ${path}: ${inline(old)}${why}`];
  const [before, after] = differingParts(inline(old), inline(now));
  return [`! ${path}: ${before} → ${after}${why}`];
}

/** What needs more than one line: a structure, or a text of several lines. */
const isBlock = (value: Json | undefined) =>
  (typeof value === "object" && value !== null && Object.keys(value).length > 0) ||
  (typeof value === "string" && value.trimEnd().includes("\n"));

function asText(value: Json | undefined): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : stringify(value, { lineWidth: 0 });
}

const inline = (value: Json | undefined) => (typeof value === "string" ? value : JSON.stringify(value));

/** Two long values, cut to where they differ. */
function differingParts(old: string, now: string): [string, string] {
  if (old.length <= maxInline && now.length <= maxInline) return [old, now];
  let start = 0;
  while (start < Math.min(old.length, now.length) && old[start] === now[start]) start++;
  let end = 0;
  while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) end++;
  const part = (text: string) => {
    const from = start > around ? start - around : 0;
    const to = end > around ? text.length - end + around : text.length;
    const middle = text.slice(from, to);
    const cut = middle.length > 2 * maxInline ? `${middle.slice(0, 2 * maxInline)}…` : middle;
    return `${from > 0 ? "…" : ""}${cut}${to < text.length ? "…" : ""}`;
  };
  return [part(old), part(now)];
}
