import type { PreviewDigest } from "./digest.ts";
import { propertyLines } from "./property-text.ts";
import { type Action, actions, hasFailed, type ResourceChange, summarize } from "./summary.ts";

export { parseDigest, type PreviewDigest } from "./digest.ts";
export { dataAtRisk } from "./summary.ts";

/** GitHub refuses a longer comment, in characters. */
const maxCommentLength = 65_536;

const signs: Record<Action, string> = { replace: "±", delete: "-", update: "~", create: "+", import: "=" };
const headings: Record<Action, string> = {
  replace: "Replaced (deleted and made anew)",
  delete: "Deleted",
  update: "Changed",
  create: "New",
  import: "Imported",
};
const verbs: Record<Action, string> = {
  replace: "to replace",
  delete: "to delete",
  update: "to change",
  create: "to create",
  import: "to import",
};

interface TextOptions {
  /** With the colours of a terminal. Default: false. */
  color?: boolean;
}

/** A preview for a terminal: what is replaced and deleted first, nothing about what stays as it is. */
export function renderText(digest: PreviewDigest, { color = false }: TextOptions = {}): string {
  const { changes, errors, warnings } = summarize(digest);
  const paint = color ? paintDiff : (text: string) => text;
  const sections = actions.flatMap((action) => {
    const group = changes.filter((change) => change.action === action);
    if (group.length === 0) return [];
    return [`${headings[action]}:`, ...group.flatMap((change) => resourceText(change).map(paint)), ""];
  });
  const notes = [
    ...warnings.map((text) => paint(`! warning: ${text}`)),
    ...errors.map((text) => paint(`- error: ${text}`)),
  ];
  const risk = changes.filter((change) => change.atRisk).length;
  return [
    ...(risk > 0 ? [paint(`- WARNING: ${riskSentence(risk)}`), ""] : []),
    ...sections,
    // Last, where they are on the screen when the command ends.
    ...notes,
    ...(notes.length > 0 ? [""] : []),
    headline(digest, changes),
    "",
  ].join("\n");
}

function resourceText(change: ResourceChange): string[] {
  const risk = change.atRisk ? `  ! holds ${change.atRisk}` : "";
  const lines = change.properties
    .flatMap((property) => propertyLines(property))
    .map((line) => `${line[0]}     ${line.slice(1)}`);
  return [`${signs[change.action]} ${change.type} ${change.name}${risk}`, ...lines];
}

const colors: Record<string, string> = { "-": "31", "±": "31", "+": "32", "~": "33", "!": "33" };
const paintDiff = (line: string) => {
  const code = colors[line[0] ?? ""];
  return code ? `\u001b[${code}m${line}\u001b[0m` : line;
};

interface MarkdownOptions {
  /** The environment: stands in the heading and in the hidden marker by which its comment is found again. */
  stack: string;
  /** In characters. Default: what GitHub takes. */
  maxLength?: number;
}

/** The first line of the comment about a stack: invisible, and the same at every run. */
const commentMarker = (stack: string) => `<!-- pulumi-preview: ${stack} -->`;

/** A preview for a pull request's comment, cut to what GitHub takes. */
export function renderMarkdown(
  digest: PreviewDigest,
  { stack, maxLength = maxCommentLength }: MarkdownOptions,
) {
  const { changes, errors, warnings } = summarize(digest);
  const risk = changes.filter((change) => change.atRisk).length;
  const head = [
    commentMarker(stack),
    `### Preview of \`${stack}\`: ${headline(digest, changes)}`,
    ...(risk > 0 ? ["", "> [!CAUTION]", `> ${riskSentence(risk)}`] : []),
    ...note("Errors", errors),
    ...note("Warnings", warnings),
  ].join("\n");

  const parts = actions.flatMap((action) => {
    const group = changes.filter((change) => change.action === action);
    return group.map((change, i) => resourceMarkdown(change, i === 0 ? `\n#### ${headings[action]}\n` : ""));
  });
  return fit(head, parts, maxLength);
}

const riskSentence = (count: number) =>
  `${count} ${count === 1 ? "resource that holds data is" : "resources that hold data are"} replaced or deleted. ` +
  "Make sure that the data is kept elsewhere or not needed.";

function headline(digest: PreviewDigest, changes: ResourceChange[]): string {
  const counts = actions.flatMap((action) => {
    const count = changes.filter((change) => change.action === action).length;
    return count > 0 ? [`${count} ${verbs[action]}`] : [];
  });
  const summary = counts.length > 0 ? counts.join(", ") : "no changes";
  return hasFailed(digest) ? `failed (up to there: ${summary})` : summary;
}

/** A diagnostic may be a whole stack trace. */
const maxNoteLength = 4000;

function note(title: string, texts: string[]): string[] {
  if (texts.length === 0) return [];
  const all = texts.join("\n");
  const text =
    all.length > maxNoteLength ? `${all.slice(0, maxNoteLength)}\n… (the rest is in the job's log)` : all;
  return ["", `**${title}**`, fenced(text, "")];
}

/** The most lines of one embedded text that a comment shows. */
const maxPropertyLines = 60;

interface Part {
  title: string;
  /** Follows the title where there is room. */
  details: string;
}

function resourceMarkdown(change: ResourceChange, heading: string): Part {
  const risk = change.atRisk ? ` **holds ${change.atRisk}**` : "";
  const title = `\n${heading}- ${code(change.type)} ${code(change.name)}${risk}`;
  const lines = change.properties.flatMap((property) => propertyLines(property, maxPropertyLines));
  const details = lines.length === 0 ? "" : `\n${fenced(lines.join("\n"), "diff")}`.replaceAll("\n", "\n  ");
  return { title, details };
}

const code = (text: string) => `\`${text.replaceAll("`", "'")}\``;

/** A fence longer than any that stands in the text, so that no value can end it. */
function fenced(text: string, language: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  return `${fence}${language}\n${text}\n${fence}`;
}

/** As much as there is room for, the most dangerous first: whole, then by name alone, then counted. */
function fit(head: string, parts: Part[], maxLength: number): string {
  const cut = (nameless: number, bare: number) =>
    `\n\n**Cut to the length that a comment may have: ${bare} without their properties, ${nameless} more not listed. ` +
    "The job's log has everything.**\n";
  const room = maxLength - cut(parts.length, parts.length).length;
  let text = head;
  let bare = 0;
  for (const [i, { title, details }] of parts.entries()) {
    if (text.length + title.length > room) return text + cut(parts.length - i, bare);
    const isWhole = text.length + title.length + details.length <= room;
    text += isWhole ? title + details : title;
    if (!isWhole) bare++;
  }
  return bare > 0 ? text + cut(0, bare) : `${text}\n`;
}
