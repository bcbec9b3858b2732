import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import { run } from "../../../local/run.ts";

/** How long this machine takes, now, for `pulumi up` of a program that does nothing, in seconds. */
export async function emptyUpdateSeconds(tools: {
  pulumi: string;
  "pulumi-language-nodejs": string;
}): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "baseline-"));
  try {
    writeFileSync(
      join(folder, "Pulumi.yaml"),
      "name: nothing\nruntime:\n  name: nodejs\n  options: { typescript: false }\n",
    );
    writeFileSync(join(folder, "package.json"), '{ "main": "index.js", "type": "commonjs" }\n');
    // The SDK is this repository's: the language host asks the program's folder for it.
    writeFileSync(
      join(folder, "index.js"),
      `module.paths.push(${JSON.stringify(modules)}); require("@pulumi/pulumi");\n`,
    );
    const options = {
      cwd: folder,
      env: {
        PATH: [dirname(tools["pulumi-language-nodejs"]), process.env["PATH"]].join(delimiter),
        NODE_PATH: modules,
        PULUMI_HOME: join(folder, "home"),
        PULUMI_BACKEND_URL: `file://${folder}`,
        PULUMI_CONFIG_PASSPHRASE: "baseline",
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    };
    const pulumi = async (...args: string[]) => {
      const { code, stderr, stdout } = await run(tools.pulumi, [...args, "--non-interactive"], options);
      if (code !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${stdout}${stderr}`);
    };
    await pulumi("stack", "init", "empty");
    const since = performance.now();
    await pulumi("up", "--stack", "empty", "--yes", "--skip-preview");
    return (performance.now() - since) / 1000;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const modules = join(import.meta.dirname, "../../../node_modules");
