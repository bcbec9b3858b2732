import { type Slo, slos } from "../../alerts/slos.ts";
import { ensureTools } from "../../local/tools/build.ts";
import { sloTrials } from "../e2e/alerts/cases/slo.ts";
import { temporaryFolder } from "../support/program.ts";
import { tryCases } from "../support/promtool.ts";

/**
 * `npm run bench:mutation`: changes each threshold, window, name and label of each promise a little, and has promtool try the
 * unchanged promise's cases on the rules that follow from the changed one. A change that no case notices is an error.
 */

type Leaf = string | number;

/** What people read, and no rule compares. */
const texts = ["title", "promise", "spans", "kind"];

function leavesOf(value: unknown, path: string[] = []): [path: string[], leaf: Leaf][] {
  if (typeof value !== "object" || value === null) return [[path, value as Leaf]];
  return Object.entries(value)
    .filter(([key]) => !texts.includes(key))
    .flatMap(([key, child]) => leavesOf(child, [...path, key]));
}

/** A little more and a little less; of an objective, of what it leaves. */
function changed(path: string[], leaf: Leaf): Leaf[] {
  if (typeof leaf === "string") return [leaf.endsWith('"') ? leaf.replace(/"$/, 'x"') : `${leaf}x`];
  if (path.at(-1) === "objective") return [1 - (1 - leaf) * 1.02, 1 - (1 - leaf) * 0.98];
  return Number.isInteger(leaf) ? [leaf + 1, leaf - 1] : [leaf * 1.02, leaf * 0.98];
}

function withLeaf<Value>(value: Value, [key = "", ...rest]: string[], leaf: Leaf): Value {
  const child = (value as Record<string, unknown>)[key];
  return { ...value, [key]: rest.length > 0 ? withLeaf(child, rest, leaf) : leaf };
}

const { promtool } = await ensureTools(["promtool"]);
const folder = temporaryFolder();

/** The first case that notices the change. */
async function noticedBy(slo: Slo, mutant: Slo): Promise<string | undefined> {
  for (const { groups, cases } of sloTrials(slo, mutant)) {
    const said = await tryCases(promtool, folder.path, groups, cases);
    const index = said.findIndex((failure) => failure !== "");
    if (index >= 0) return cases[index]?.promise;
  }
  return undefined;
}

let mutants = 0;
let survivors = 0;
try {
  for (const slo of slos) {
    for (const [path, leaf] of leavesOf(slo)) {
      for (const value of changed(path, leaf)) {
        const promise = await noticedBy(slo, withLeaf(slo, path, value));
        mutants += 1;
        if (!promise) survivors += 1;
        console.log(
          `${promise ? "✔" : "✖"} ${slo.id} ${path.join(".")}: ${leaf} → ${value}  ${promise ?? "no case notices it"}`,
        );
      }
    }
  }
} finally {
  folder.remove();
}
console.log(`${mutants - survivors} of ${mutants} changes were noticed.`);
process.exitCode = survivors === 0 ? 0 : 1;
