/** One line of a line diff: a sign (`-`, `+`, or a space for context) and the text. */
type DiffLine = `${"-" | "+" | " "}${string}`;

/** Beyond this many pairs of differing lines the finest diff is not worth its time. */
const maxPairs = 4_000_000;

/** The lines that differ, with `context` unchanged ones around them and ` ⋮` where others are left out. */
export function diffLines(before: string, after: string, context = 2): DiffLine[] {
  return withoutFarContext(allLines(splitLines(before), splitLines(after)), context);
}

const splitLines = (text: string) => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));

function allLines(old: string[], now: string[]): DiffLine[] {
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end++;
  return [
    ...old.slice(0, start).map(unchanged),
    ...differing(old.slice(start, old.length - end), now.slice(start, now.length - end)),
    ...old.slice(old.length - end).map(unchanged),
  ];
}

const unchanged = (line: string): DiffLine => ` ${line}`;

/** By the longest common subsequence. */
function differing(old: string[], now: string[]): DiffLine[] {
  if (old.length * now.length > maxPairs) {
    return [...old.map((line): DiffLine => `-${line}`), ...now.map((line): DiffLine => `+${line}`)];
  }
  const width = now.length + 1;
  const common = new Uint32Array((old.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      common[i * width + j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      lines.push(` ${old[i++]}`);
      j++;
    } else if (j === now.length || (i < old.length && at(i + 1, j) >= at(i, j + 1))) {
      lines.push(`-${old[i++]}`);
    } else {
      lines.push(`+${now[j++]}`);
    }
  }
  return lines;
}

function withoutFarContext(lines: DiffLine[], context: number): DiffLine[] {
  const near = lines.map((_, i) =>
    lines.slice(Math.max(0, i - context), i + context + 1).some((line) => !line.startsWith(" ")),
  );
  return lines.flatMap((line, i): DiffLine[] => {
    if (near[i]) return [line];
    return i === 0 || near[i - 1] ? [" ⋮"] : [];
  });
}
