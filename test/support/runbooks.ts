import { readFileSync } from "node:fs";
import { join } from "node:path";

export const runbookFolder = join(import.meta.dirname, "../../alerts/runbooks");

/** The blocks of code of a runbook: their language, and what is to be pasted. */
export const runbookQueries = (name: string): { language: string; text: string }[] =>
  [...readFileSync(join(runbookFolder, `${name}.md`), "utf8").matchAll(/^```(\w+)\n(.*?)\n```$/gms)].map(
    ([, language = "", text = ""]) => ({ language, text }),
  );
