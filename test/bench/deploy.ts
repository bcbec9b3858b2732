import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Environment } from "../../local/environment.ts";
import { main } from "../../local/main.ts";
import { say } from "../../local/progress.ts";
import { run } from "../../local/run.ts";
import { ensureTools } from "../../local/tools/build.ts";
import { emptyUpdateSeconds } from "./support/baseline.ts";
import { npm } from "./support/command.ts";
import { inventory, missingFrom } from "./support/inventory.ts";
import { recoveries } from "./support/kills.ts";
import { seeded } from "./support/random.ts";
import { isMet, type Measurement, table } from "./support/report.ts";

/**
 * `npm run bench:deploy [-- --stack dev --kills 20 --only-kills --seed 1 --json]`: the times of a deployment and what it leaves
 * behind, in an environment of its own. With HELM_CHARTS_DIR set, the deployment with the charts installed is measured too.
 */
const { values: options } = parseArgs({
  options: {
    stack: { type: "string", default: "dev" },
    kills: { type: "string", default: "20" },
    "only-kills": { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});
const { stack } = options;
const kills = Number(options.kills);
const start = ["--stack", stack, "--no-live"];
const noOpRuns = 3;

await main(async () => {
  const folder = mkdtempSync(join(tmpdir(), "bench-deploy-"));
  process.env["AUTOWEAVE_ENVIRONMENT_DIR"] = folder;
  const chartsDir = process.env["HELM_CHARTS_DIR"];
  // With only kills they are what is installed.
  if (!options["only-kills"]) delete process.env["HELM_CHARTS_DIR"];
  const environment = new Environment(stack, folder);
  const measured: Measurement[] = [];
  const add = (measurement: Measurement) => {
    measured.push(measurement);
    say(table([measurement], baselineSeconds).split("\n").slice(1).join("\n"));
  };
  const addRecoveries = async (pristine: Set<string>, complete: Set<string>) => {
    const seconds = {
      start: (await npm("start", start)).seconds,
      destroy: (await npm("destroy", [stack])).seconds,
    };
    const random = seeded(Number(options.seed));
    add(await recoveries({ environment, stack, count: kills, random, pristine, complete, seconds }));
  };
  const tools = await ensureTools(["pulumi", "pulumi-language-nodejs", "etcd", "kube-apiserver", "helm"]);
  const baselineSeconds = await emptyUpdateSeconds(tools);
  try {
    add({ what: "pulumi up of an empty program (baseline)", value: baselineSeconds, unit: "s" });
    add({
      what: "program: module load to first resource",
      value: await importMilliseconds(),
      unit: "ms",
      target: 2000,
    });

    if (options["only-kills"]) {
      await npm("preview", [stack, "--json"]);
      const empty = await inventory(environment);
      await npm("start", start);
      const full = await inventory(environment);
      add(await leftAfterDestroy(environment, empty));
      await addRecoveries(empty, full);
      return;
    }

    // Brings the environment up with nothing deployed, and installs what is not in the cache yet.
    await npm("preview", [stack, "--json"]);
    const pristine = await inventory(environment);

    await npm("stop", []);
    const deployed = await npm("start", start);
    add({ what: "npm start, from down to deployed", value: deployed.seconds, unit: "s", target: 60 });
    const complete = await inventory(environment);
    for (let i = 1; i <= noOpRuns; i++) {
      const { seconds } = await npm("start", start);
      add({ what: `update with nothing to change, ${i}`, value: seconds, unit: "s", target: 12 });
      add({
        what: `changes in it, ${i}`,
        value: await changesOfLastUpdate(),
        unit: "",
        target: 0,
        exactly: true,
      });
    }
    add({ what: "preview", value: (await npm("preview", [stack])).seconds, unit: "s", target: 10 });
    add(await leftAfterDestroy(environment, pristine));

    if (kills > 0) await addRecoveries(pristine, complete);

    if (chartsDir) {
      const env = { HELM_CHARTS_DIR: chartsDir };
      await npm("stop", []);
      const { seconds } = await npm("start", start, { env });
      add({ what: "npm start with HELM_CHARTS_DIR", value: seconds, unit: "s", target: 60 });
      add(await leftAfterDestroy(environment, pristine, env));
    }

    add(findings(folder));
  } finally {
    await npm("stop", []).catch((error: unknown) => say(String(error)));
    rmSync(folder, { recursive: true, force: true });
    // Also what was measured before something failed.
    if (options.json) console.log(JSON.stringify({ stack, baselineSeconds, measured }, null, 2));
    else console.log(table(measured, baselineSeconds));
  }
  process.exitCode = measured.every(isMet) ? 0 : 1;
});

/** The median of three runs, each in a process of its own. */
async function importMilliseconds(): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const script = join(import.meta.dirname, "import-time.ts");
    const { code, stdout, stderr } = await run(process.execPath, [script, stack]);
    if (code !== 0) throw new Error(`The program cannot be loaded:\n${stderr}`);
    times.push(Number(stdout));
  }
  return times.sort((a, b) => a - b)[1] ?? NaN;
}

async function changesOfLastUpdate(): Promise<number> {
  const { stdout } = await npm("pulumi", [
    "stack",
    "history",
    "--stack",
    stack,
    "--json",
    "--page-size",
    "1",
  ]);
  const [last] = JSON.parse(stdout) as { resourceChanges: Record<string, number> }[];
  const changed = Object.entries(last?.resourceChanges ?? { unknown: 1 }).filter(([op]) => op !== "same");
  return changed.reduce((sum, [, count]) => sum + count, 0);
}

async function leftAfterDestroy(
  environment: Environment,
  pristine: Set<string>,
  env: NodeJS.ProcessEnv = {},
): Promise<Measurement> {
  await npm("destroy", [stack], { env });
  const left = missingFrom(pristine, await inventory(environment));
  return {
    what: "objects and buckets left by destroy",
    value: left.length,
    unit: "",
    target: 0,
    exactly: true,
    detail: left,
  };
}

/** Objects that the API server refused, or took with a warning, in everything that ran before. */
function findings(folder: string): Measurement {
  const file = join(folder, "releases", "warnings.jsonl");
  const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").filter(Boolean) : [];
  const detail = [
    ...new Set(
      lines
        .map((line) => JSON.parse(line) as Record<string, string>)
        .map(({ kind, object, message }) => `${kind}: ${object}: ${message}`),
    ),
  ];
  return {
    what: "objects refused or taken with a warning",
    value: detail.length,
    unit: "",
    target: 0,
    exactly: true,
    detail,
  };
}
