import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSpoolName } from "../../src/delivery/spool-file.ts";
import type { Delivery } from "../../src/delivery/record.ts";
import { accept, type Backend, hang, refuse } from "../support/backend.ts";
import { patienceMs, withBackend } from "../support/deliveries.ts";
import { eventually, FastClock } from "../support/fast-clock.ts";
import { nameOf, recordOf, spans } from "../support/records.ts";
import { stderrOf } from "../support/stderr.ts";

/** Not so fast that a busy disk seems to hang. */
const diskClock = () => new FastClock(30);

/** A disk that failed is tried again no earlier. */
const repairPauseMs = 30_000;

const mebibyte = 1024 * 1024;
const hourMs = 3_600_000;

describe("the spool", () => {
  let directory = "";
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "autoweave-spool-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const spool = (change: { maxBytes?: number; maxAgeMs?: number } = {}) => ({
    clock: diskClock(),
    spool: { directory, maxBytes: 16 * mebibyte, maxAgeMs: hourMs, ...change },
  });
  const files = () => globSync("*/*.batch", { cwd: join(directory, "traces") });
  const itemsOnDisk = () =>
    files().reduce(
      (sum, name) => sum + (readSpoolName(name.slice(name.lastIndexOf("/") + 1))?.items ?? NaN),
      0,
    );
  const bytesOnDisk = () =>
    files().reduce((sum, name) => sum + statSync(join(directory, "traces", name)).size, 0);
  const offer = (delivery: Delivery, count: number, first = 0) => {
    for (const record of spans(count, first)) delivery.offer(record);
  };
  const names = (backend: Backend) => backend.kept.map(nameOf).sort();
  const expected = (count: number) =>
    spans(count)
      .map((_, index) => `span-${index}`)
      .sort();

  /** Leaves so many spans on disk, as a process does that ends while its backend is down. */
  const leave = (count: number) =>
    withBackend(async (backend, deliver) => {
      backend.behave(refuse(503));
      const delivery = deliver(spool());
      offer(delivery, count);
      await delivery.shutdown(patienceMs);
      assert.equal(delivery.counts().waiting.items, count);
      assert.deepEqual(delivery.counts().dropped, {});
    });

  it("holds a batch before it is sent, and no longer when it was acknowledged", () =>
    withBackend(async (backend, deliver) => {
      let held = -1;
      backend.behave({
        answer(request, response) {
          held = itemsOnDisk();
          return accept.answer(request, response);
        },
      });
      const delivery = deliver(spool());
      offer(delivery, 10);
      await eventually(() => delivery.counts().delivered === 10);
      assert.equal(held, 10);
      await delivery.shutdown(patienceMs);
      assert.deepEqual(readdirSync(join(directory, "traces")), []);
    }));

  it("can be read by its owner only", () =>
    withBackend(async (backend, deliver) => {
      backend.behave(hang);
      offer(deliver(spool()), 10);
      await backend.arrived(1);
      const [file = ""] = files();
      assert.equal(statSync(join(directory, "traces", file)).mode & 0o777, 0o600);
      assert.equal(statSync(join(directory, "traces", file, "..")).mode & 0o777, 0o700);
    }));

  it("hands over to the next process what a process could not send, which counts it as produced", async () => {
    await leave(25);
    await withBackend(async (backend, deliver) => {
      const delivery = deliver(spool());
      await eventually(() => delivery.counts().delivered === 25);
      assert.deepEqual(names(backend), expected(25));
      assert.equal(delivery.counts().produced, 25);
    });
  });

  it("lets a shutdown end as soon as all is on disk and the backend failed once more", () =>
    withBackend(async (backend, deliver) => {
      backend.behave(refuse(503));
      const delivery = deliver(spool());
      offer(delivery, 25);
      await delivery.shutdown(3_600_000);
      assert.equal(itemsOnDisk(), 25);
      assert.equal(delivery.counts().waiting.items, 25);
    }));

  it("bears an outage that memory alone could not", () =>
    withBackend(async (backend, deliver) => {
      backend.behave(refuse(503));
      const delivery = deliver({ ...spool(), maxQueueItems: 20 });
      for (let first = 0; first < 200; first += 10) {
        offer(delivery, 10, first);
        await eventually(() => itemsOnDisk() === first + 10);
      }
      backend.behave(accept);
      await eventually(() => delivery.counts().delivered === 200);
      assert.deepEqual(names(backend), expected(200));
    }));

  it("keeps the oldest when it is full: the newest waits in memory, and is dropped when that is full too", () =>
    withBackend(async (backend, deliver) => {
      backend.behave(refuse(503));
      const delivery = deliver({ ...spool({ maxBytes: 5_000 }), maxQueueItems: 50 });
      for (let first = 0; first < 500; first += 10) {
        offer(delivery, 10, first);
        await eventually(() => bytesOnDisk() > 4_500 || itemsOnDisk() === first + 10);
      }
      const kept = delivery.counts().waiting.items;
      assert.ok(kept > 100 && kept < 500, `${kept}`);
      assert.equal(delivery.counts().dropped.queue_full, 500 - kept);
      assert.ok(bytesOnDisk() <= 5_000);
      backend.behave(accept);
      await eventually(() => delivery.counts().waiting.items === 0);
      assert.deepEqual(names(backend), expected(kept));
    }));

  it("gives up what is older than it may be, and counts it", () =>
    withBackend(async (backend, deliver) => {
      backend.behave(refuse(503));
      const delivery = deliver(spool({ maxAgeMs: 10_000 }));
      offer(delivery, 30);
      await eventually(() => delivery.counts().dropped.expired === 30);
      assert.deepEqual(delivery.counts().waiting.items, 0);
      await eventually(() => files().length === 0);
    }));

  it("leaves alone what a living process has", () =>
    withBackend(async (backend, deliver) => {
      backend.behave(refuse(503));
      const first = deliver(spool());
      offer(first, 20);
      await eventually(() => itemsOnDisk() === 20);
      backend.behave(accept);
      const second = deliver(spool());
      offer(second, 10, 20);
      await second.flush(patienceMs);
      assert.equal(second.counts().produced, 10);
      await eventually(() => first.counts().delivered === 20);
      assert.deepEqual(names(backend), expected(30));
    }));

  it("shares what dead processes left among those that start at the same time, each batch once", async () => {
    await leave(200);
    await withBackend(async (backend, deliver) => {
      const deliveries = Array.from({ length: 4 }, () => deliver(spool()));
      const delivered = () => deliveries.reduce((sum, delivery) => sum + delivery.counts().delivered, 0);
      await eventually(() => delivered() === 200);
      assert.deepEqual(names(backend), expected(200));
    });
  });

  it("leaves foreign files alone, and removes what was not written to its end", async () => {
    await leave(10);
    const [left = ""] = files();
    const folder = join(directory, "traces", left, "..");
    writeFileSync(join(folder, "notes.txt"), "mine");
    writeFileSync(join(folder, "1.0-0.1.1.1.batch.tmp"), "half");
    await withBackend(async (_, deliver) => {
      const delivery = deliver(spool());
      await eventually(() => delivery.counts().delivered === 10);
      assert.equal(delivery.counts().produced, 10);
    });
    assert.deepEqual(readdirSync(folder), ["notes.txt"]);
    assert.equal(readFileSync(join(folder, "notes.txt"), "utf8"), "mine");
  });

  it("counts a damaged file as lost, says so once, and sends the others", async () => {
    await leave(30);
    const [first = "", second = ""] = files();
    truncateSync(join(directory, "traces", first), 50);
    writeFileSync(join(directory, "traces", second), "something else");
    await withBackend(async (backend, deliver) => {
      const said = await stderrOf(async () => {
        const delivery = deliver(spool());
        await eventually(() => delivery.counts().produced === 30 && delivery.counts().waiting.items === 0);
        assert.deepEqual(delivery.counts().dropped, { invalid: 20 });
      });
      assert.equal(said.trim().split("\n").length, 1);
      assert.match(said, /is lost .*Leave the folder to the SDK/);
      assert.equal(backend.kept.length, 10);
    });
  });

  it("counts what someone removes as lost, and goes on in a new folder", () =>
    withBackend(async (backend, deliver) => {
      backend.behave(refuse(503));
      const clock = diskClock();
      const delivery = deliver({ ...spool(), clock });
      offer(delivery, 20);
      await eventually(() => itemsOnDisk() === 20);
      rmSync(directory, { recursive: true });
      offer(delivery, 10, 20);
      backend.behave(accept);
      await eventually(() => delivery.counts().waiting.items === 0);
      // What was being sent was in memory.
      const { delivered, dropped } = delivery.counts();
      assert.equal(delivered + (dropped.invalid ?? 0), 30);
      assert.ok(delivered >= 10);
      backend.behave(hang);
      clock.skip(repairPauseMs);
      await eventually(() => {
        offer(delivery, 10);
        return existsSync(join(directory, "traces")) && itemsOnDisk() > 0;
      });
    }));

  it("is done without, with one warning, when its folder cannot be made, and used once it can", () =>
    withBackend(async (backend, deliver) => {
      const blocked = join(directory, "blocked");
      writeFileSync(blocked, "a file where the folder should be");
      const clock = diskClock();
      const said = await stderrOf(async () => {
        const delivery = deliver({
          clock,
          spool: { directory: blocked, maxBytes: mebibyte, maxAgeMs: hourMs },
        });
        offer(delivery, 20);
        await eventually(() => delivery.counts().delivered === 20);
        rmSync(blocked);
        clock.skip(repairPauseMs);
        await eventually(() => {
          delivery.offer(recordOf("traces", "later"));
          return existsSync(join(blocked, "traces"));
        });
      });
      assert.ok(backend.kept.length >= 20);
      assert.equal(said.trim().split("\n").length, 1);
      assert.match(said, /cannot be used: .*Make the folder writable/);
    }));

  describe("when the process ends at once", () => {
    const endless = { batchDelayMs: 1e9, maxQueueItems: 100 };

    it("takes what waits, and hands it over to the next process", async () => {
      await withBackend(async (backend, deliver) => {
        backend.behave(refuse(503));
        const delivery = deliver({ ...spool(), ...endless });
        offer(delivery, 15);
        await eventually(() => itemsOnDisk() === 10);
        offer(delivery, 10, 15);
        delivery.saveSync(1_000);
        assert.equal(itemsOnDisk(), 25);
        delivery.offer(recordOf("traces", "late"));
        assert.deepEqual(delivery.counts().dropped, { shutdown: 1 });
        assert.equal(delivery.counts().waiting.items, 25);
      });
      await withBackend(async (backend, deliver) => {
        const next = deliver(spool());
        await eventually(() => next.counts().delivered === 25);
        assert.deepEqual(names(backend), expected(25));
      });
    });

    it("takes what waits also before its folder is made", () =>
      withBackend(async (_, deliver) => {
        const delivery = deliver({ ...spool(), ...endless });
        offer(delivery, 5);
        delivery.saveSync(1_000);
        assert.equal(itemsOnDisk(), 5);
      }));

    it("takes what is being sent from memory", () =>
      withBackend(async (backend, deliver) => {
        backend.behave(hang);
        const path = join(directory, "traces");
        writeFileSync(path, "a file where the folder should be");
        const delivery = deliver(spool());
        offer(delivery, 25);
        await backend.arrived(2);
        rmSync(path);
        delivery.saveSync(1_000);
        assert.equal(itemsOnDisk(), 25);
      }));

    it("begins nothing when its time is up, and takes no more than it may hold", () =>
      withBackend(async (backend, deliver) => {
        backend.behave(refuse(503));
        const delivery = deliver({ ...spool({ maxBytes: 5_000 }), ...endless });
        offer(delivery, 5);
        delivery.saveSync(0);
        assert.equal(itemsOnDisk(), 0);
        const other = deliver({ ...spool({ maxBytes: 5_000 }), batchDelayMs: 1e9, batchItems: 1_000 });
        offer(other, 500);
        other.saveSync(1_000);
        assert.ok(bytesOnDisk() <= 5_000 && itemsOnDisk() > 20, `${bytesOnDisk()} bytes`);
      }));

    it("makes a new folder when someone removed it", () =>
      withBackend(async (backend, deliver) => {
        backend.behave(hang);
        const delivery = deliver({ ...spool(), ...endless });
        offer(delivery, 10);
        await backend.arrived(1);
        rmSync(directory, { recursive: true });
        offer(delivery, 5, 10);
        delivery.saveSync(1_000);
        assert.equal(itemsOnDisk(), 5);
      }));
  });

  it("bears a full disk: what it cannot hold waits in memory, with one warning, until there is room again", async function () {
    const disk = join(directory, "disk");
    mkdirSync(disk);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], { stdio: "ignore" });
    } catch {
      console.log("      skipped: only root can mount a small disk");
      return this.skip();
    }
    try {
      await withBackend(async (backend, deliver) => {
        backend.behave(refuse(503));
        const said = await stderrOf(async () => {
          const delivery = deliver({
            clock: diskClock(),
            spool: { directory: disk, maxBytes: mebibyte, maxAgeMs: hourMs },
            batchItems: 100,
          });
          offer(delivery, 5_000);
          await eventually(() => (delivery.counts().failures.unavailable ?? 0) >= 3);
          assert.deepEqual(delivery.counts().dropped, {});
          backend.behave(accept);
          await eventually(() => delivery.counts().delivered === 5_000);
          await delivery.shutdown(patienceMs);
        });
        assert.deepEqual(names(backend), expected(5_000));
        assert.match(said, /ENOSPC/);
        assert.equal(said.split("ENOSPC").length, 2);
      });
    } finally {
      execFileSync("umount", [disk]);
    }
  });
});
