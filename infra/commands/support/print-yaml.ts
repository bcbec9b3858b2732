import { parseArgs } from "node:util";
import { stringify } from "yaml";
import { readStack } from "../../config/file.ts";
import type { StackConfig } from "../../config/schema.ts";

interface Printed {
  /** Lines at the head of the document. */
  comments?: string[];
  document: object;
}

/** A command that prints, for the stack that `--stack` names, a document as YAML. Ends with exit code 1 on any fault. */
export function printYaml(usage: string, render: (stack: StackConfig) => Printed): void {
  try {
    const { values } = parseArgs({
      options: { stack: { type: "string", default: "dev" }, help: { type: "boolean", default: false } },
    });
    process.stdout.write(values.help ? `${usage}\n` : text(render(readStack(values.stack))));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(isUsageError(error) ? `${message}\n\n${usage}` : message);
    process.exitCode = 1;
  }
}

const text = ({ comments = [], document }: Printed) =>
  comments.map((line) => `# ${line}\n`).join("") +
  stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });

const isUsageError = (error: unknown) =>
  error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
