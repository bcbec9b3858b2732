import { stripVTControlCharacters } from "node:util";

const said = new Set<string>();

/** More different complaints than this are a fault of their own. */
const mostKeys = 1_000;

/** In UTF-16 code units. */
const longestMessage = 2_000;

/** One line on stderr: the app's own log stays the app's. */
export function warn(message: string): void {
  try {
    // A closed stderr ends the process if nobody listens for its error, which comes after the callback.
    if (!process.stderr.listeners("error").includes(ignore)) process.stderr.on("error", ignore);
    process.stderr.write(`[autoweave-observability] ${oneLine(message)}\n`, () =>
      setImmediate(() => process.stderr.off("error", ignore)),
    );
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

const ignore = () => undefined;

/** Bounded: what an app gave, and is complained of, may be of any size. */
function oneLine(text: string): string {
  const bounded = text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text;
  return stripVTControlCharacters(bounded).replaceAll(/\p{Cc}+/gu, " ");
}
