import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withLock } from "../../local/lock.ts";
import { isRunning, markedProcesses, recordOf, Services, waitUntil } from "../../local/processes.ts";
import { writeWhole } from "../../local/files.ts";

describe("the record of a process", () => {
  it("tells a process from a later one that got the same number", () => {
    const record = recordOf(process.pid);
    assert.ok(record && isRunning(record));
    assert.equal(isRunning({ ...record, startTicks: "1" }), false);
  });

  it("says that an ended process does not run", async () => {
    const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], {
      stdio: ["pipe", "ignore", "ignore"],
    });
    await once(child, "spawn");
    const record = recordOf(child.pid as number);
    assert.ok(record && isRunning(record));
    child.stdin.end();
    await once(child, "close");
    assert.equal(isRunning(record), false);
  });
});

describe("the services of an environment", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "services-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("run until they are stopped, known to every later command", async () => {
    await new Services(folder).start("idle", {
      command: process.execPath,
      args: ["-e", "setInterval(() => {}, 1e6)"],
      isReady: () => Promise.resolve(true),
    });
    const later = new Services(folder);
    assert.deepEqual(later.started(), ["idle"]);
    assert.equal(later.running("idle"), true);
    await later.stop("idle");
    assert.equal(later.running("idle"), false);
    assert.deepEqual(later.started(), []);
  });

  it("are asked to end by the signal that they name", async () => {
    const services = new Services(folder);
    const stopsAt =
      "process.on('SIGTERM', () => console.log('SIGTERM')); process.on('SIGINT', () => process.exit());";
    await services.start("fast", {
      command: process.execPath,
      args: ["-e", `${stopsAt} setInterval(() => {}, 1e6); console.log('up')`],
      stopSignal: "SIGINT",
      isReady: () => Promise.resolve(services.lastWords("fast") === "up"),
    });
    await new Services(folder).stop("fast");
    assert.equal(services.lastWords("fast"), "up");
  });

  it("are not known before they have come up, and do not outlive the attempt", async () => {
    const services = new Services(folder);
    let asked = 0;
    const starting = services.start("failing", {
      command: process.execPath,
      args: ["-e", "console.log('no luck'); process.exit(1)"],
      isReady: () => {
        asked++;
        assert.equal(services.running("failing"), false);
        return Promise.resolve(false);
      },
    });
    await assert.rejects(starting, /failing does not come up:\nno luck/);
    assert.ok(asked > 0);
    assert.deepEqual(services.started(), []);
  });

  it("are ended when a killed command left them half started", async () => {
    const services = new Services(folder);
    const starting = services.start("slow", {
      command: process.execPath,
      args: ["-e", "setInterval(() => {}, 1e6)"],
      isReady: () => Promise.resolve(false),
    });
    const failed = assert.rejects(starting, /slow does not come up/);
    const mine = () => markedProcesses("AUTOWEAVE_SERVICE").filter(({ mark }) => mark.startsWith(folder));
    assert.equal(await waitUntil(() => mine().length === 1, 10), true);
    // As the next command does.
    await new Services(folder).endUnfinished();
    assert.deepEqual(mine(), []);
    await failed;
  });

  for (const [way, clean] of Object.entries({
    "they are stopped": (services: Services) => services.stop("parent"),
    "others are to be started": (services: Services) => services.endUnfinished(),
  })) {
    it(`leave nothing running after they were killed, once ${way}`, async () => {
      const services = new Services(folder);
      const idle = "setInterval(() => {}, 1e6)";
      const parent = `const { pid } = require("node:child_process").spawn(process.execPath, ["-e", "${idle}"]); console.log(pid); ${idle}`;
      await services.start("parent", {
        command: process.execPath,
        args: ["-e", parent],
        isReady: () => Promise.resolve(/^\d+$/.test(services.lastWords("parent"))),
      });
      const child = recordOf(Number(services.lastWords("parent")));
      const [{ pid } = { pid: 0 }] = services.states();
      process.kill(pid, "SIGKILL");
      assert.ok(await waitUntil(() => !services.running("parent"), 5));
      assert.ok(child && isRunning(child));
      await clean(services);
      assert.equal(isRunning(child), false);
      await services.stop("parent");
    });
  }

  it("never end a process that has only got the number of one of theirs", async () => {
    writeWhole(join(folder, "processes", "old.json"), JSON.stringify({ pid: process.pid, startTicks: "1" }));
    await new Services(folder).stop("old");
    assert.ok(recordOf(process.pid));
  });
});

describe("a lock between processes", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "lock-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is taken over from a process that has died", async () => {
    const path = join(folder, "lock");
    writeWhole(path, JSON.stringify({ pid: process.pid, startTicks: "1" }));
    assert.equal(await withLock(path, async () => "done"), "done");
  });

  it("keeps tasks of one process apart too", async () => {
    const path = join(folder, "lock");
    let inside = 0;
    const task = async () => {
      assert.equal(++inside, 1);
      await Promise.resolve();
      inside--;
    };
    await Promise.all([withLock(path, task), withLock(path, task)]);
  });

  it("is free again after a failure", async () => {
    const path = join(folder, "lock");
    await assert.rejects(withLock(path, () => Promise.reject(new Error("no"))));
    assert.equal(await withLock(path, async () => "done"), "done");
  });
});
