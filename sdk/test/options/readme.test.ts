import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { definitions } from "../../src/options/definitions.ts";
import type { ObservabilityOptions } from "../../src/options/options.ts";

const readme = new URL("../../README.md", import.meta.url);
const source = readFileSync(new URL("../../src/options/options.ts", import.meta.url), "utf8");

const begin = /<!-- options: .* -->\n/;
const end = "<!-- /options -->";

/** An option's doc comment up to its default, which the table tells in columns of their own. */
function described(key: string): string {
  const comment = new RegExp(String.raw`/\*\* ((?:(?!\*/).)*) \*/\n  ${key}\?:`).exec(source)?.[1];
  assert.ok(comment, `the option ${key} has no doc comment of one line`);
  return comment.replace(/\s*(?:Default|Environment|Required)(?:\.|: ).*$/, "");
}

function table(): string {
  const rows = (Object.keys(definitions) as (keyof ObservabilityOptions)[]).map((key) => {
    const { default: value, optional, variables } = definitions[key];
    const names = [...new Set(variables.map(({ name }) => `\`${name}\``))].join(", ");
    const shown = value !== undefined ? `\`${JSON.stringify(value)}\`` : optional ? "" : "required";
    return `| \`${key}\` | ${described(key)} | ${shown} | ${names} |`;
  });
  return ["| option | what | default | environment |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

describe("the SDK's README", () => {
  it("tells every option with its default and variables", () => {
    const text = readFileSync(readme, "utf8");
    const start = begin.exec(text);
    assert.ok(start, "the mark of the table is gone");
    const from = start.index + start[0].length;
    const until = text.indexOf(end);
    const expected = `\n${table()}\n\n`;
    if (process.env["UPDATE_SNAPSHOTS"])
      writeFileSync(readme, text.slice(0, from) + expected + text.slice(until));
    else {
      const cells = (part: string) =>
        part.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
      const rows = (part: string) => cells(part).filter(([, key = ""]) => key.startsWith("`"));
      assert.deepEqual(rows(text.slice(from, until)), rows(expected), "write it anew: UPDATE_SNAPSHOTS=1");
    }
  });
});
