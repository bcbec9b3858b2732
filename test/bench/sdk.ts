import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../../local/errors.ts";
import { main } from "../../local/main.ts";
import { say } from "../../local/progress.ts";
import { picture } from "./sdk/picture.ts";
import { type Sample, sample } from "./sdk/sample.ts";
import { costs, tables } from "./sdk/summary.ts";
import { bare, variants } from "./sdk/variants.ts";
import { installedBytes, pack, workspace } from "./sdk/workspace.ts";
import { workloads } from "./sdk/workloads.ts";
import { seeded } from "./support/random.ts";

/**
 * `npm run bench:sdk [-- --rounds 5 --seconds 10 --warm-up 6 --workloads http-hello,usb-1000 --variants default,otel --seed 1
 * --out DIR]`: what the SDK and its peers add to an app that has no telemetry. Every round runs every variant once, in random
 * order. Prints tables; with `--out` also writes `sdk.json` and `sdk.svg`.
 */
const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "10" },
    "warm-up": { type: "string", default: "6" },
    workloads: { type: "string", default: workloads.map(({ name }) => name).join(",") },
    variants: { type: "string", default: variants.map(({ name }) => name).join(",") },
    seed: { type: "string", default: "1" },
    out: { type: "string" },
  },
});

await main(async () => {
  const chosenWorkloads = chosen("workload", workloads, options.workloads);
  const chosenVariants = chosen("variant", variants, `${bare.name},${options.variants}`);
  const timing = { warmUpSeconds: Number(options["warm-up"]), seconds: Number(options.seconds) };
  const random = seeded(Number(options.seed));
  const scratch = mkdtempSync(join(tmpdir(), "bench-sdk-"));
  try {
    const tarball = await pack(scratch);
    const folders = new Map<string, string>();
    for (const variant of chosenVariants) folders.set(variant.name, await workspace(variant, tarball));
    const samples: Sample[] = [];
    for (let round = 1; round <= Number(options.rounds); round += 1) {
      for (const workload of chosenWorkloads) {
        say(`Round ${round} of ${options.rounds}: ${workload.title}, ${workload.ratePerSecond}/s`);
        for (const variant of shuffled(chosenVariants, random)) {
          samples.push(await sample(workload, variant, folders.get(variant.name) as string, timing));
        }
      }
    }
    const measured = costs(samples, chosenWorkloads, chosenVariants, random);
    const bareBytes = installedBytes(folders.get(bare.name) as string);
    const installMegabytes = Object.fromEntries(
      chosenVariants
        .filter(({ name }) => name !== bare.name)
        .map(({ name }) => [name, (installedBytes(folders.get(name) as string) - bareBytes) / 1e6]),
    );
    process.stdout.write(
      `\n${tables(measured, chosenWorkloads, chosenVariants)}\n\nInstalled, over the bare app:\n`,
    );
    for (const [name, megabytes] of Object.entries(installMegabytes)) {
      process.stdout.write(`  ${name.padEnd(8)} ${megabytes.toFixed(1)} MB\n`);
    }
    if (options.out) {
      mkdirSync(options.out, { recursive: true });
      const machine = { node: process.versions.node, cpu: cpus()[0]?.model, cores: cpus().length };
      const report = { machine, rounds: Number(options.rounds), timing, costs: measured, installMegabytes };
      writeFileSync(join(options.out, "sdk.json"), `${JSON.stringify(report, undefined, 2)}\n`);
      writeFileSync(join(options.out, "sdk.svg"), picture(measured, chosenWorkloads, chosenVariants));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});

function chosen<Item extends { name: string }>(what: string, all: readonly Item[], names: string): Item[] {
  const wanted = new Set(names.split(","));
  const unknown = [...wanted].filter((name) => !all.some((one) => one.name === name));
  if (unknown.length > 0) {
    throw new UserError(
      `There is no ${what} ${unknown.join(", ")}.`,
      `Choose among ${all.map(({ name }) => name).join(", ")}.`,
    );
  }
  return all.filter(({ name }) => wanted.has(name));
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, order: random() }))
    .sort((one, other) => one.order - other.order)
    .map(({ item }) => item);
}
