import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ApiServer } from "../../local/api-server.ts";
import { Environment } from "../../local/environment.ts";
import { repository } from "../../local/folders.ts";
import { waitUntil } from "../../local/processes.ts";
import { run } from "../../local/run.ts";
import { ensureTools } from "../../local/tools/build.ts";
import { findOnPath } from "../../local/tools/installed.ts";
import { startQuietly } from "../support/commands.ts";

interface Case {
  /** What is wrong. */
  fault: string;
  /** Only root can make it so. */
  needsRoot?: true;
  /** Makes it so, in a folder of its own or in the running environment, and gives the variables of the command. */
  provoke: (folder: string, environment: Environment) => NodeJS.ProcessEnv | Promise<NodeJS.ProcessEnv>;
  command: string[];
  /** What the message must say: what happened, and how to repair it. */
  says: RegExp[];
  /** Does what the message says; the same command succeeds then. */
  repair?: (folder: string, environment: Environment) => unknown;
}

const scripts = "local/commands";

/** A PATH that has nothing but the named programs. */
function pathOf(folder: string, programs: string[]): string {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  for (const program of programs) {
    const path = findOnPath(program);
    if (path) symlinkSync(path, join(bin, program));
  }
  return bin;
}

const command = ([script = "", ...args]: readonly string[], env: NodeJS.ProcessEnv) =>
  run(process.execPath, [join(repository, scripts, script), ...args], { env });

const squatter = createServer().unref();

const json = (path: string) => JSON.parse(readFileSync(path, "utf8")) as Record<string, number>;

function killApiServer({ stackFolder }: Environment): void {
  process.kill(json(join(stackFolder, "processes/kube-apiserver.json"))["pid"] as number, "SIGKILL");
}

const cases: Case[] = [
  {
    fault: "no Go, with nothing built yet",
    provoke: (folder) => ({ PATH: pathOf(folder, ["sh"]), AUTOWEAVE_CACHE_DIR: join(folder, "cache") }),
    command: ["tools.ts", "etcd"],
    says: [/no `go` on the PATH/, /Install Go 1\.26/],
  },
  {
    fault: "an unknown tool",
    provoke: () => ({}),
    command: ["tools.ts", "nothing"],
    says: [/no tool nothing/, /names of: pulumi/],
  },
  {
    fault: "an environment that is down",
    provoke: (folder) => ({ AUTOWEAVE_ENVIRONMENT_DIR: join(folder, "never-started") }),
    command: ["status.ts"],
    says: [/not running/, /npm start/],
  },
  {
    fault: "a full disk",
    needsRoot: true,
    provoke: (folder) => {
      const disk = join(folder, "disk");
      mkdirSync(disk);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", disk]);
      return { AUTOWEAVE_ENVIRONMENT_DIR: disk };
    },
    command: ["preview.ts", "dev"],
    says: [/disk is full/i, /Free some space/],
    repair: (folder) => execFileSync("mount", ["-o", "remount,size=1g", join(folder, "disk")]),
  },
  {
    fault: "a folder of charts that does not exist",
    provoke: () => ({ HELM_CHARTS_DIR: "/does/not/exist" }),
    command: ["pulumi.ts", "preview", "--stack", "dev"],
    says: [/HELM_CHARTS_DIR names \/does\/not\/exist/, /unset HELM_CHARTS_DIR/],
  },
  {
    fault: "a passphrase that is not the one",
    provoke: async (_, { folder }) => {
      await command(["pulumi.ts", "whoami"], { AUTOWEAVE_ENVIRONMENT_DIR: folder });
      renameSync(join(folder, "passphrase"), join(folder, "former-passphrase"));
      writeFileSync(join(folder, "passphrase"), "another");
      return {};
    },
    command: ["pulumi.ts", "config", "set", "--secret", "probe", "x", "--stack", "dev"],
    says: [/passphrase in .* is not the one/, /Put the former one back/],
    repair: (_, { folder }) => renameSync(join(folder, "former-passphrase"), join(folder, "passphrase")),
  },
  {
    fault: "an API server that was killed",
    provoke: (_, environment) => {
      killApiServer(environment);
      return {};
    },
    command: ["status.ts"],
    says: [/kube-apiserver is not running any more/, /npm start/],
  },
  {
    fault: "a port that another program took",
    provoke: async (_, environment) => {
      await environment.stop();
      const port = json(join(environment.stackFolder, "ports.json"))["etcd"];
      await once(squatter.listen(port, "127.0.0.1"), "listening");
      return {};
    },
    command: ["preview.ts", "dev"],
    says: [/Port \d+ of 127\.0\.0\.1, which etcd .* is taken/, /ss -ltnp/],
    repair: () => squatter.close(),
  },
  {
    fault: "no Python, with nothing installed yet",
    provoke: async (folder) => {
      const tools = await ensureTools(["etcd", "kube-apiserver", "kube-controller-manager"]);
      const cache = join(folder, "cache-of-tools");
      mkdirSync(cache);
      const shared = dirname(dirname(dirname(tools.etcd)));
      for (const part of ["tools", "crds"]) symlinkSync(join(shared, part), join(cache, part));
      return {
        PATH: pathOf(folder, ["go", "sh"]),
        AUTOWEAVE_CACHE_DIR: cache,
        AUTOWEAVE_ENVIRONMENT_DIR: join(folder, "without-python"),
      };
    },
    command: ["preview.ts", "dev"],
    says: [/no `python3` on the PATH/, /apt-get install python3/],
  },
];

describe("bad input", function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), "bad-input-"));
  const environment = new Environment("dev", join(folder, "environment"));
  const here = { AUTOWEAVE_ENVIRONMENT_DIR: environment.folder };

  before(() => startQuietly(environment));
  after(async () => {
    for (const index of cases.keys()) {
      for (const name of ["disk", "without-python"]) {
        const own = join(folder, String(index), name);
        if (!existsSync(own)) continue;
        await new Environment("dev", own).stop();
        // Lazily: a process that is about to end may still stand in it.
        if (name === "disk") execFileSync("umount", ["--lazy", own]);
      }
    }
    await environment.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [index, { fault, needsRoot, provoke, command: args, says, repair }] of cases.entries()) {
    const consequence = repair ? ", and leaves nothing that the repaired one trips over" : "";
    it(`${fault} is told with its repair and ends the command${consequence}`, async function () {
      if (needsRoot && process.getuid?.() !== 0) {
        console.log("      skipped: only root can mount a small disk");
        this.skip();
      }
      const own = join(folder, String(index));
      mkdirSync(own);
      const env = { ...here, ...(await provoke(own, environment)) };
      const { code, stdout, stderr } = await command(args, env);
      assert.notEqual(code, 0);
      for (const said of says) assert.match(stdout + stderr, said);
      assert.doesNotMatch(stderr, /^\s+at .*\.ts:\d+/m, "a user is spared the stack trace");
      if (!repair) return;
      await repair(own, environment);
      const again = await command(args, env);
      assert.equal(again.code, 0, again.stderr + again.stdout);
    });
  }

  for (const args of [
    ["start.ts", "--stack", "staging"],
    ["preview.ts", "staging"],
    ["destroy.ts", "staging"],
    ["pulumi.ts", "up", "--stack", "staging"],
    ["pulumi.ts", "config", "--stack", "staging"],
  ]) {
    it(`an unknown stack is refused by ${args.join(" ")} before anything is made for it`, async () => {
      const own = join(folder, "unknown-stack");
      const { code, stderr } = await command(args, { AUTOWEAVE_ENVIRONMENT_DIR: own });
      assert.notEqual(code, 0);
      assert.match(stderr, /no stack staging/);
      assert.match(stderr, /dev, prod/);
      assert.ok(!existsSync(own));
    });
  }

  it("an API server that is killed in the middle of an update is told, and the next start deploys the rest", async () => {
    await startQuietly(environment);
    const started = command(["start.ts"], here);
    const api = new ApiServer(environment.controlPlane.kubeconfig);
    const isUnderWay = async () =>
      (await api.get("/api/v1/namespaces/autoweave-observability")) !== undefined;
    assert.ok(await waitUntil(isUnderWay, 60).finally(() => api.close()));
    killApiServer(environment);
    const { code, stderr } = await started;
    assert.notEqual(code, 0);
    assert.match(stderr, /kube-apiserver is not running any more/);
    assert.match(stderr, /npm start/);
    const again = await command(["start.ts"], here);
    assert.equal(again.code, 0, again.stderr);
  });

  it("a broken cache entry is built anew and works", async () => {
    const env = { AUTOWEAVE_CACHE_DIR: join(folder, "broken-cache") };
    const path = (await command(["tools.ts", "actionlint"], env)).stdout.trim();
    truncateSync(path, 1000);
    assert.equal((await command(["tools.ts", "actionlint"], env)).code, 0);
    assert.equal((await run(path, ["-version"])).code, 0);
  });
});
