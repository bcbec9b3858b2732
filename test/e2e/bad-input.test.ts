import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Environment } from "../../local/environment.ts";
import { repository } from "../../local/folders.ts";
import { run } from "../../local/run.ts";
import { ensureTools } from "../../local/tools/build.ts";
import { findOnPath } from "../../local/tools/installed.ts";

interface Case {
  /** What is wrong. */
  fault: string;
  /** Makes it so, and gives the variables of the command. */
  provoke: (folder: string) => NodeJS.ProcessEnv | Promise<NodeJS.ProcessEnv>;
  command: string[];
  /** What the message must say: what happened, and how to repair it. */
  says: RegExp[];
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

const json = (path: string) => JSON.parse(readFileSync(path, "utf8")) as Record<string, number>;

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
    fault: "an unknown stack",
    provoke: () => ({}),
    command: ["start.ts", "--stack", "staging"],
    says: [/no stack staging/, /dev, prod/],
  },
  {
    fault: "an environment that is down",
    provoke: (folder) => ({ AUTOWEAVE_ENVIRONMENT_DIR: join(folder, "never-started") }),
    command: ["status.ts"],
    says: [/not running/, /npm start/],
  },
  {
    fault: "a full disk",
    provoke: (folder) => {
      const disk = join(folder, "disk");
      mkdirSync(disk);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", disk]);
      return { AUTOWEAVE_ENVIRONMENT_DIR: disk };
    },
    command: ["preview.ts", "dev"],
    says: [/disk is full/i, /Free some space/],
  },
  {
    fault: "a folder of charts that does not exist",
    provoke: () => ({ HELM_CHARTS_DIR: "/does/not/exist" }),
    command: ["pulumi.ts", "preview", "--stack", "dev"],
    says: [/HELM_CHARTS_DIR names \/does\/not\/exist/, /unset HELM_CHARTS_DIR/],
  },
  {
    fault: "a passphrase that is not the one",
    provoke: async () => {
      await run(process.execPath, [join(repository, scripts, "pulumi.ts"), "whoami"]);
      writeFileSync(join(new Environment("dev").folder, "passphrase"), "another");
      return {};
    },
    command: ["pulumi.ts", "config", "set", "--secret", "probe", "x", "--stack", "dev"],
    says: [/passphrase in .* is not the one/, /Put the former one back/],
  },
  {
    fault: "an API server that was killed",
    provoke: () => {
      const { stackFolder } = new Environment("dev");
      const pid = json(join(stackFolder, "processes/kube-apiserver.json"))["pid"];
      process.kill(pid as number, "SIGKILL");
      return {};
    },
    command: ["status.ts"],
    says: [/kube-apiserver is not running any more/, /npm start/],
  },
  {
    fault: "a port that another program took",
    provoke: async () => {
      const environment = new Environment("dev");
      await environment.stop();
      const port = json(join(environment.stackFolder, "ports.json"))["etcd"];
      const squatter = createServer().listen(port, "127.0.0.1");
      squatter.unref();
      return {};
    },
    command: ["preview.ts", "dev"],
    says: [/Port \d+ of 127\.0\.0\.1, which etcd .* is taken/, /ss -ltnp/],
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
  this.timeout(180_000);
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "bad-input-"));
    await new Environment("dev").start();
  });
  after(async () => {
    for (const index of cases.keys()) {
      await new Environment("dev", join(folder, String(index), "without-python")).stop();
      const disk = join(folder, String(index), "disk");
      if (existsSync(disk)) execFileSync("umount", [disk]);
    }
    rmSync(folder, { recursive: true, force: true });
    // What the cases broke goes with it: the next test begins with a whole environment.
    await new Environment("dev").stop();
    rmSync(new Environment("dev").folder, { recursive: true, force: true });
  });

  for (const [index, { fault, provoke, command, says }] of cases.entries()) {
    it(`${fault} is told with its repair and ends the command`, async () => {
      const own = join(folder, String(index));
      mkdirSync(own);
      const env = await provoke(own);
      const [script = "", ...args] = command;
      const { code, stdout, stderr } = await run(
        process.execPath,
        [join(repository, scripts, script), ...args],
        { env },
      );
      assert.notEqual(code, 0);
      for (const said of says) assert.match(stdout + stderr, said);
      assert.doesNotMatch(stderr, /^\s+at .*\.ts:\d+/m, "a user is spared the stack trace");
    });
  }

  it("a broken cache entry is built anew and works", async () => {
    const cache = join(folder, "broken-cache");
    const tools = async () =>
      run(process.execPath, [join(repository, scripts, "tools.ts"), "actionlint"], {
        env: { AUTOWEAVE_CACHE_DIR: cache },
      });
    const path = (await tools()).stdout.trim();
    truncateSync(path, 1000);
    assert.equal((await tools()).code, 0);
    assert.equal((await run(path, ["-version"])).code, 0);
  });
});
