import assert from "node:assert/strict";
import { join } from "node:path";
import { writeWhole } from "../../../../local/files.ts";
import { type Crash, Watch } from "../../../../local/live/desk/processes/watch.ts";
import { Ports } from "../../../../local/ports.ts";
import { Services, waitUntil } from "../../../../local/processes.ts";
import { temporaryFolder } from "../../../support/program.ts";

/** Says something and waits; a signal ends it. */
const program = {
  command: process.execPath,
  args: ["-e", "console.log('first\\nlast <words>'); setInterval(() => {}, 1e6)"],
};

describe("the watch over processes", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let services: Services;
  let watch: Watch;
  let crashes: Crash[];
  let now: number;
  beforeEach(() => {
    folder = temporaryFolder();
    services = new Services(folder.path);
    crashes = [];
    now = 1_800_000_000_000;
    watch = new Watch(services, new Ports(folder.path), (crash) => crashes.push(crash));
  });
  afterEach(async () => {
    for (const name of services.started()) await services.stop(name);
    folder.remove();
  });

  const look = () => watch.look((now += 1000));
  const start = (name: string) =>
    services.start(name, {
      ...program,
      isReady: () => Promise.resolve(services.lastWords(name).includes("last")),
    });
  const kill = async (name: string) => {
    const { pid = 0 } = services.states().find((state) => state.name === name) ?? {};
    process.kill(pid, "SIGKILL");
    assert.ok(await waitUntil(() => !services.running(name), 5, 5));
  };

  it("tells what runs since when, where, and what it needs", async () => {
    writeWhole(join(folder.path, "ports.json"), JSON.stringify({ "a-http": 1, a: 2, "a-b-http": 3, c: 4 }));
    await Promise.all([start("a"), start("a-b")]);
    look();
    now += 5000;
    look();
    const [a, ab] = watch.programs;
    assert.deepEqual([a?.name, a?.state, a?.crash], ["a", "running", undefined]);
    assert.deepEqual(a?.addresses, { "": "127.0.0.1:2", http: "127.0.0.1:1" });
    assert.deepEqual(ab?.addresses, { http: "127.0.0.1:3" });
    assert.ok(Math.abs((a?.readyAt ?? 0) - Date.now()) < 60_000);
    assert.ok((a?.memoryBytes ?? 0) > 2 ** 20 && (a?.memoryBytes ?? 0) < 2 ** 30);
    assert.ok((a?.cpu ?? -1) >= 0);
  });

  it("notices a crash within two looks, with the program's last words, and tells of it once", async () => {
    await Promise.all([start("a"), start("b")]);
    look();
    await kill("a");
    look();
    look();
    look();
    assert.deepEqual(crashes, [
      { name: "a", noticedAt: now - 1000, lastWords: "first\nlast <words>", log: services.logOf("a") },
    ]);
    assert.deepEqual(
      watch.programs.map(({ name, state, crash }) => [name, state, crash?.noticedAt]),
      [
        ["a", "ended", now - 1000],
        ["b", "running", undefined],
      ],
    );
  });

  it("takes nothing for a crash that was stopped, even when it looks in the middle of that", async () => {
    await start("a");
    await kill("a");
    look();
    await services.stop("a");
    look();
    assert.deepEqual([crashes, watch.programs], [[], []]);
  });

  it("sees it run again after it was started again, and remembers the crash", async () => {
    await start("a");
    await kill("a");
    look();
    look();
    await services.stop("a");
    await start("a");
    look();
    assert.deepEqual([watch.programs[0]?.state, watch.programs[0]?.crash], ["running", undefined]);
    assert.deepEqual(watch.crashes, crashes);
    await kill("a");
    look();
    look();
    assert.equal(crashes.length, 2);
  });
});
