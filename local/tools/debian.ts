import { existsSync, globSync, rmSync, writeFileSync } from "node:fs";
import { UserError } from "../errors.ts";
import { step } from "../progress.ts";
import { run } from "../run.ts";
import { findOnPath } from "./installed.ts";

/** Programs that Debian packages, and the package that holds each. */
const packages = {
  nginx: "nginx",
  "redis-server": "redis-server",
  postgres: "postgresql",
  "prometheus-node-exporter": "prometheus-node-exporter",
  "prometheus-redis-exporter": "prometheus-redis-exporter",
  pip3: "python3-pip",
  "umockdev-run": "umockdev",
} as const;

type DebianProgram = keyof typeof packages;

export const debianPrograms = Object.keys(packages) as DebianProgram[];

/** Debian keeps some programs off the PATH; of PostgreSQL's versions the newest comes first. */
function folders(): string {
  const postgresql = globSync("/usr/lib/postgresql/*/bin").sort((one, other) =>
    other.localeCompare(one, "en", { numeric: true }),
  );
  return [process.env["PATH"], "/usr/sbin", "/sbin", ...postgresql].join(":");
}

/** The path of a program of the operating system, whose package is installed first when it is missing (as root). */
export async function ensureDebianProgram(program: DebianProgram): Promise<string> {
  const name = packages[program];
  const installed = findOnPath(program, folders());
  if (installed) return installed;
  const repair = `Install it as root: apt-get update && apt-get install --no-install-recommends ${name}`;
  if (process.getuid?.() !== 0 || !findOnPath("apt-get"))
    throw new UserError(`${program} is missing.`, repair);
  await inTurn(() =>
    step(`Installing the Debian package ${name}`, () => withoutStartingServices(() => install(name, repair))),
  );
  const path = findOnPath(program, folders());
  if (!path)
    throw new UserError(`The Debian package ${name} was installed, but holds no ${program}.`, repair);
  return path;
}

let last: Promise<void> = Promise.resolve();

/** apt-get fails while another one runs. */
function inTurn(task: () => Promise<void>): Promise<void> {
  const mine = last.then(task);
  last = mine.catch(() => undefined);
  return mine;
}

async function install(name: string, repair: string): Promise<void> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [
    ["update", "-q"],
    ["install", "-q", "-y", "--no-install-recommends", name],
  ]) {
    const { code, stderr } = await run("apt-get", args, { env });
    if (code !== 0) throw new UserError(`apt-get ${args[0]} failed:\n${stderr.trim()}`, repair);
  }
}

/** Debian starts a service when its package is installed, unless this file forbids it. */
async function withoutStartingServices(task: () => Promise<void>): Promise<void> {
  const policy = "/usr/sbin/policy-rc.d";
  if (existsSync(policy)) return task();
  writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    await task();
  } finally {
    rmSync(policy, { force: true });
  }
}
