import { stripVTControlCharacters } from "node:util";

const longestDetail = 300;

/** What may stand in a text that says why something failed, and is nobody's business. */
const secrets: readonly (readonly [RegExp, string])[] = [
  // User and password in a URL, before any other: a password may look like anything.
  [/(:\/\/)[^/\s@]*:[^/\s]*@/g, "$1***@"],
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, "$1 ***"],
  [/\beyJ[\w-]+\.[\w.-]+/g, "***"],
  [
    /((?:password|passwd|pwd|secret|token|api[-_]?key|access[-_]?key|credentials?|authorization|cookie|signature)["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&"']+)/gi,
    "$1***",
  ],
];

/** A text about a failure as it may be shown to whoever asks for the health: one short line without secrets. */
export function safeDetail(text: string): string {
  const line = stripVTControlCharacters(text.slice(0, 10 * longestDetail))
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .toWellFormed()
    .trim();
  const shown = secrets.reduce((masked, [pattern, mask]) => masked.replaceAll(pattern, mask), line);
  return shown.length > longestDetail ? `${shown.slice(0, longestDetail - 1)}…` : shown;
}

/** What a thrown value says of itself, shown safely. Never throws. */
export function failureDetail(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return safeDetail(String(thrown));
    const { code } = thrown as { code?: unknown };
    return safeDetail(`${thrown.message || thrown.name}${typeof code === "string" ? ` (${code})` : ""}`);
  } catch {
    return "failed, and did not say why";
  }
}
