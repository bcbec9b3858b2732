import { readFileSync, writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { dataAtRisk, parseDigest, renderMarkdown, renderText } from "../preview/render.ts";

const usage = `Usage: preview-diff --stack NAME [--file DIGEST] [--format text|markdown] [--refuse-data-loss]

Shows what \`pulumi preview --json\` (standard input, or a file) would change.
--refuse-data-loss   ends with exit code 3 when something that holds data is replaced or deleted`;

const dataLossRefused = 3;

function main(): number {
  const { values } = parseArgs({
    options: {
      stack: { type: "string" },
      file: { type: "string" },
      format: { type: "string", default: "text" },
      "refuse-data-loss": { type: "boolean", default: false },
    },
  });
  if (!values.stack) throw new Error(`--stack is missing.\n${usage}`);
  if (values.format !== "text" && values.format !== "markdown") {
    throw new Error(`There is no format ${values.format}.\n${usage}`);
  }
  const digest = parseDigest(readFileSync(values.file ?? 0, "utf8"));
  const output =
    values.format === "markdown"
      ? renderMarkdown(digest, { stack: values.stack })
      : renderText(digest, { color: process.stdout.isTTY });
  writeSync(1, output);

  const atRisk = dataAtRisk(digest);
  if (!values["refuse-data-loss"] || atRisk.length === 0) return 0;
  const list = atRisk.map(({ action, type, name, atRisk }) => `  ${action} ${type} ${name}: ${atRisk}`);
  console.error(`Refused, as data may be lost in ${values.stack}:\n${list.join("\n")}`);
  return dataLossRefused;
}

try {
  process.exitCode = main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
