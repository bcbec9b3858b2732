import { existsSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, matchesGlob, relative } from "node:path";
import Mocha from "mocha";
import { Environment } from "../environment.ts";
import { UserError } from "../errors.ts";
import { repository } from "../folders.ts";
import { main } from "../main.ts";
import { TallyReporter } from "../tally-reporter.ts";
import { ensureTools } from "../tools/build.ts";
import { toolNames } from "../tools/catalog.ts";
import { ensureDebianProgram } from "../tools/debian.ts";
import { ensureMoto } from "../cloud.ts";

const allTests = "{test,sdk/test}/**/*.test.ts";

/** The tests that run real programs, or wait for real seconds. */
const endToEnd = "{{test,sdk/test}/e2e,sdk/test/register}/**";

/** Long enough for a loaded machine; a test that runs programs sets its own. */
const timeoutMilliseconds = 20_000;

async function runMocha(files: string[]): Promise<number> {
  const mocha = new Mocha({ reporter: TallyReporter, timeout: timeoutMilliseconds });
  for (const file of files) mocha.addFile(join(repository, file));
  await mocha.loadFilesAsync();
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

/** `npm test [-- FILE…]`, `npm run test:unit [-- FILE…]`: what the tests need, then all tests, or those of the files. */
await main(async (args) => {
  const unitOnly = args[0] === "unit";
  const named = (unitOnly ? args.slice(1) : args).map((file) => relative(repository, file));
  const missing = named.filter((file) => !existsSync(join(repository, file)));
  if (missing.length > 0) {
    throw new UserError(
      `There is no test ${missing.join(", ")}.`,
      "Name files such as test/local/merge.test.ts.",
    );
  }
  const all = globSync(allTests, { cwd: repository, exclude: unitOnly ? [endToEnd] : [] });
  const files = named.length > 0 ? named : all;
  if (files.some((file) => matchesGlob(file, endToEnd))) {
    await ensureTools(toolNames);
    await ensureMoto();
    await ensureDebianProgram("nginx");
  }
  const failures = await inOwnEnvironment(() => runMocha(files.sort()));
  process.exit(failures === 0 ? 0 : 1);
});
