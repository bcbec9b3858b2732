import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { explain, UserError } from "../errors.ts";
import { requireFreeSpace } from "../files.ts";
import { cacheFolder } from "../folders.ts";
import { withLock } from "../lock.ts";
import { say, step } from "../progress.ts";
import { run } from "../run.ts";
import { enter, isIntact, keyOf, unfinished } from "./cache.ts";
import { catalog, type Tool, type ToolName } from "./catalog.ts";
import { findOnPath, installedVersion, isAtLeast } from "./installed.ts";
import { type Job, runWithin } from "./schedule.ts";

/**
 * The paths of the named programs: those on the PATH in a fitting version, those built before, and the rest built now
 * (progress on standard error). Throws a UserError that says what is missing when one cannot be built.
 */
export async function ensureTools<Name extends ToolName>(
  names: readonly Name[],
): Promise<Record<Name, string>> {
  const paths = {} as Record<Name, string>;
  const jobs: Job[] = [];
  for (const name of new Set(names)) {
    const tool: Tool = catalog[name];
    const installed = await installedTool(name);
    paths[name] = installed ?? cachedPath(name);
    if (installed || isIntact(paths[name])) continue;
    jobs.push({ group: tool.module, memoryMiB: tool.buildMiB, run: () => buildOnce(name, paths[name]) });
  }
  if (jobs.length > 0) {
    await requireGo(names.join(", "));
    await runWithin({ cores: availableParallelism(), memoryMiB: availableMiB() }, jobs);
  }
  return paths;
}

async function installedTool(name: ToolName): Promise<string | undefined> {
  const tool: Tool = catalog[name];
  if (tool.comesWith) {
    const companion = await installedTool(tool.comesWith as ToolName);
    return companion && findOnPath(name, dirname(companion));
  }
  const path = tool.onPath && findOnPath(name);
  if (!tool.onPath || !path) return undefined;
  const version = await installedVersion(path, tool.onPath.versionArguments);
  return version && isAtLeast(version, tool.onPath.atLeast) ? path : undefined;
}

const sourceFolder = (tool: Tool): string => join(import.meta.dirname, tool.module);

function cachedPath(name: ToolName): string {
  const tool: Tool = catalog[name];
  const folder = sourceFolder(tool);
  const sources = readdirSync(folder).sort();
  const key = keyOf([
    ...sources.map((file) => readFileSync(join(folder, file))),
    JSON.stringify([tool.package, tool.ldflags, tool.buildFlags, process.platform, process.arch]),
  ]);
  return join(cacheFolder(), "tools", `${name}-${tool.version}-${key}`, name);
}

async function buildOnce(name: ToolName, path: string): Promise<void> {
  const folder = dirname(path);
  await withLock(
    `${folder}.lock`,
    async () => {
      // Another checkout may have built it while this one waited for the lock.
      if (isIntact(path)) return;
      requireFreeSpace(folder, 1024);
      const work = unfinished(folder);
      rmSync(work, { recursive: true, force: true });
      try {
        await step(`Building ${name} ${catalog[name].version}`, () => build(name, work));
        enter(join(work, name), path);
      } finally {
        rmSync(work, { recursive: true, force: true });
      }
    },
    (pid) => say(`… Waiting for process ${pid}, which builds ${name}`),
  );
}

/** Builds in a copy of the module's folder: the go command may complete go.sum, and the checkout stays as it is. */
async function build(name: ToolName, work: string): Promise<void> {
  const tool: Tool = catalog[name];
  mkdirSync(work, { recursive: true });
  cpSync(sourceFolder(tool), join(work, "source"), { recursive: true });
  const flags = ["-trimpath", "-mod=mod", "-buildvcs=false", "-ldflags", `-s -w ${tool.ldflags ?? ""}`];
  const { code, stderr } = await run(
    "go",
    ["build", ...flags, ...(tool.buildFlags ?? []), "-o", join(work, name), tool.package],
    { cwd: join(work, "source"), env: { GOWORK: "off", GOFLAGS: "" } },
  );
  if (code === 0) return;
  throw (
    explain(stderr, `the build of ${name}`) ??
    new UserError(
      `${name} could not be built:\n${stderr.trim().split("\n").slice(-8).join("\n")}`,
      `Run \`npm run tools -- ${name}\` again; with a broken Go cache, \`go clean -cache -modcache\` first.`,
    )
  );
}

export async function requireGo(what: string): Promise<void> {
  const version = await installedVersion("go", ["version"]);
  if (version && isAtLeast(version, "1.21")) return;
  throw new UserError(
    version
      ? `Go ${version} is too old to build ${what}.`
      : `Go is needed to build ${what}, but there is no \`go\` on the PATH.`,
    "Install Go 1.26 or newer from https://go.dev/dl, put its bin folder on the PATH, and run the command again.",
  );
}

function availableMiB(): number {
  const available = /MemAvailable:\s+(\d+)/.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  return Number(available ?? 0) / 1024;
}
