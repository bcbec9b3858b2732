import { structuredPatch } from "diff";

/** The lines that differ (`-`, `+`), with `context` unchanged ones around them and ` ⋮` where others are left out. */
export function diffLines(before: string, after: string, context = 2): string[] {
  const { hunks } = structuredPatch("", "", terminated(before), terminated(after), "", "", { context });
  const length = terminated(before).split("\n").length - 1;
  const last = hunks.at(-1);
  const endsEarly = last === undefined ? length > 0 : last.oldStart + last.oldLines <= length;
  return [
    ...hunks.flatMap((hunk, index) => (index > 0 || hunk.oldStart > 1 ? [" ⋮", ...hunk.lines] : hunk.lines)),
    ...(endsEarly ? [" ⋮"] : []),
  ];
}

/** A missing newline at the end of a text is no change worth showing. */
const terminated = (text: string) => (text === "" || text.endsWith("\n") ? text : `${text}\n`);
