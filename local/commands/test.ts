import { existsSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, matchesGlob, relative, resolve } from "node:path";
import Mocha from "mocha";
import { Environment } from "../environment.ts";
import { UserError } from "../errors.ts";
import { repository } from "../folders.ts";
import { deployDemo } from "../live/demo-app.ts";
import { main } from "../main.ts";
import { step } from "../progress.ts";
import { TallyReporter } from "../tally-reporter.ts";
import { ensureTools } from "../tools/build.ts";
import { toolNames } from "../tools/catalog.ts";
import { debianPrograms, ensureDebianProgram } from "../tools/debian.ts";
import { ensureMoto } from "../cloud.ts";

const allTests = "{test,sdk/test}/**/*.test.ts";

/** The tests that run real programs, or wait for real seconds. */
const endToEnd = "{{test,sdk/test}/e2e,sdk/test/register}/**";

/** Long enough for a loaded machine; a test that runs programs sets its own. */
const timeoutMilliseconds = 20_000;

/** Tests that run programs share them, and would judge each other's load: they get one job. */
async function runMocha(files: string[], jobs: number): Promise<number> {
  const parallel = jobs > 1;
  const mocha = new Mocha({ reporter: TallyReporter, timeout: timeoutMilliseconds, parallel, jobs });
  for (const file of files) mocha.addFile(join(repository, file));
  // Parallel, each process loads the files that it runs.
  if (!parallel) await mocha.loadFilesAsync();
  return new Promise((done) => mocha.run(done));
}

/** Gives the tests an environment of their own: what a user has deployed is not touched, and nothing is left running. */
async function inOwnEnvironment(task: () => Promise<number>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "autoweave-test-"));
  process.env["AUTOWEAVE_ENVIRONMENT_DIR"] = folder;
  try {
    return await task();
  } finally {
    for (const environment of Environment.all(folder)) await environment.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const kinds: Record<string, (file: string) => boolean> = {
  unit: (file) => !matchesGlob(file, endToEnd),
  e2e: (file) => matchesGlob(file, endToEnd),
};

/** `npm test [-- FILE…]`: what the tests need, then all tests, or those of the files. `test:unit` and `test:e2e`: of one kind. */
await main(async ([first = "", ...rest]) => {
  const isMeant = kinds[first] ?? (() => true);
  const named = (first in kinds ? rest : [first, ...rest]).filter((file) => file !== "");
  const missing = named.filter((file) => !existsSync(resolve(file)));
  if (missing.length > 0) {
    throw new UserError(
      `There is no test ${missing.join(", ")}.`,
      "Name files such as test/local/merge.test.ts.",
    );
  }
  const all = globSync(allTests, { cwd: repository }).filter(isMeant);
  const files = named.length > 0 ? named.map((file) => relative(repository, resolve(file))) : all;
  const runsPrograms = files.some((file) => matchesGlob(file, endToEnd));
  if (runsPrograms) {
    await ensureTools(toolNames);
    await ensureMoto();
    for (const program of debianPrograms) await ensureDebianProgram(program);
    await step("The sample app", deployDemo);
  }
  const failures = await inOwnEnvironment(() =>
    runMocha(files.sort(), runsPrograms ? 1 : availableParallelism()),
  );
  process.exit(failures === 0 ? 0 : 1);
});
