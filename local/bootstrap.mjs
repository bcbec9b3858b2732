// The door of every npm script: runs on any Node from 18, with nothing installed. Makes node_modules what the lockfile
// says, then runs the given TypeScript file with the Node that the lockfile pins.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { clearInterval, setInterval } from "node:timers";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const bin = join(modules, ".bin");

const packagesOf = (lockfile) => JSON.parse(readFileSync(lockfile, "utf8")).packages;

/** npm notes at the end of an installation what it installed: complete when that is what the lockfile wants. */
function isInstalled() {
  try {
    const installed = packagesOf(join(modules, ".package-lock.json"));
    return Object.entries(packagesOf(join(root, "package-lock.json"))).every(
      ([path, { version, optional }]) => path === "" || optional || installed[path]?.version === version,
    );
  } catch {
    return false;
  }
}

/** A killed npm passes nothing on to what it started. */
function onceNpmIsKilled(then) {
  const parentOf = (pid) => Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1]);
  const isNpm = (pid) => readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("npm");
  // Between the two there may be a shell.
  const child = [process.pid, process.ppid].find((pid) => isNpm(parentOf(pid)));
  if (child === undefined) return;
  const npm = parentOf(child);
  const isOrphan = () => {
    try {
      return parentOf(child) !== npm;
    } catch {
      return true;
    }
  };
  const watch = setInterval(() => {
    if (!isOrphan()) return;
    clearInterval(watch);
    then();
  }, 200).unref();
}

function run(command, args, options) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd: root, ...options });
    // The child decides how it ends: a Ctrl-C reaches it by the terminal, other signals are passed on.
    process.on("SIGINT", () => undefined);
    for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
    onceNpmIsKilled(() => child.kill("SIGKILL"));
    child.once("error", fail);
    child.once("close", (code, signal) => done(code ?? 128 + constants.signals[signal]));
  });
}

async function install() {
  const since = Date.now();
  const elapsed = () => `${Math.round((Date.now() - since) / 1000)} s`;
  const clock = setInterval(() => console.error(`… Installing dependencies ${elapsed()}`), 10_000);
  // What npm prints goes to standard error: standard output belongs to the command.
  const code = await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    stdio: ["ignore", 2, 2],
  });
  clearInterval(clock);
  if (code !== 0) {
    console.error("✖ The dependencies could not be installed.");
    console.error(
      "  → See npm's message above; with the network or the disk in order, run the command again.",
    );
    process.exit(1);
  }
  console.error(`✓ Installed dependencies  ${elapsed()}`);
}

if (!isInstalled()) await install();

const [file, ...args] = process.argv.slice(2);
process.exitCode = await run(join(bin, "node"), [join(root, file), ...args], {
  cwd: process.cwd(),
  stdio: "inherit",
  // Children that look for a `node`, such as Pulumi's language host, find the pinned one.
  env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
});
