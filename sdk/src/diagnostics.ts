import { stripVTControlCharacters } from "node:util";

const said = new Set<string>();

/** More different complaints than this are a fault of their own. */
const mostKeys = 1_000;

/** One line on stderr: the app's own log stays the app's. */
export function warn(message: string): void {
  try {
    process.stderr.write(`[autoweave-observability] ${oneLine(message)}\n`);
  } catch {
    // Nobody is left to be told.
  }
}

/** As `warn`, once for each `key` in the life of the process. */
export function warnOnce(key: string, message: string): void {
  if (said.has(key) || said.size >= mostKeys) return;
  said.add(key);
  warn(message);
}

const oneLine = (text: string) => stripVTControlCharacters(text).replaceAll(/\p{Cc}+/gu, " ");
