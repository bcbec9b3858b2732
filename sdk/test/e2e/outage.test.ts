import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { run } from "../../../local/run.ts";
import { type Signal, signals } from "../../src/names/index.ts";
import { readSpoolName } from "../../src/delivery/spool-file.ts";
import { startApp, source } from "../support/app.ts";
import { Backend, hang } from "../support/backend.ts";
import { eventually } from "../support/fast-clock.ts";
import { plainAttributes } from "../support/otlp-decode.ts";
import type { Records } from "../support/otlp-types.ts";
import { itemsPerSale, Shop } from "../support/shop.ts";
import { stderrOf } from "../support/stderr.ts";

describe("an outage", function () {
  this.timeout("2m");
  let backend: Backend;
  let folder: string;
  let shop: Shop | undefined;

  beforeEach(async () => {
    backend = await Backend.start();
    folder = mkdtempSync(join(tmpdir(), "outage-"));
  });
  afterEach(async () => {
    await shop?.manager.shutdown();
    shop = undefined;
    await backend.stop();
    rmSync(folder, { recursive: true });
  });

  describe("of five minutes, at 100 spans, 200 log lines and 1,000 metric updates a second", () => {
    const sales = 5 * 60 * 100;
    const speed = 60;

    it("loses nothing with a spool", async () => {
      const open = await Shop.open(backend, { spoolDirectory: join(folder, "spool") }, speed);
      shop = open;
      await backend.refuseConnections();
      await stderrOf(async () => {
        await open.sell(sales);
        await backend.listen();
        await open.delivered();
      });
      open.assertAllArrived(backend);
      await open.close();
    });

    it("loses without a spool what exceeds the bounds, the newest, and counts it exactly", async () => {
      const open = await Shop.open(backend, {}, speed);
      shop = open;
      const { maxQueueItems } = open.manager.options;
      await backend.refuseConnections();
      await stderrOf(async () => {
        await open.sell(sales);
        for (const signal of ["traces", "logs"] as const) {
          const { produced, delivered, dropped, waiting } = open.countsOf(signal);
          assert.equal(produced, sales * itemsPerSale[signal]);
          assert.deepEqual([delivered, waiting.items], [0, maxQueueItems]);
          assert.deepEqual(dropped, { queue_full: produced - maxQueueItems });
        }
        await backend.listen();
        await open.delivered();
      });
      assert.deepEqual(salesOf(backend, "traces"), firstOf(maxQueueItems));
      assert.deepEqual(salesOf(backend, "logs"), firstOf(maxQueueItems / 2, 2));
      // The last snapshot tells of every sale.
      assert.deepEqual(open.countsOf("metrics").dropped, {});
      await open.close();
    });
  });

  it("that outlasts a process is made good by the next one, though the first was killed", async () => {
    backend.behave(hang);
    const spool = join(folder, "spool");
    const app = await startApp(salesmanAt(backend.url, spool, 500));
    try {
      // What is on disk is safe; the rest is in the memory of a process that is about to be killed.
      await eventually(() => spooledItems(spool, "traces") === 500 && spooledItems(spool, "logs") === 500);
    } finally {
      app.process.kill("SIGKILL");
    }
    assert.equal((await app.ended).signal, "SIGKILL");
    const hanging = backend.requests.length;
    await backend.refuseConnections();
    backend.requests.splice(0, hanging);
    backend.behave({ answer: (_, response) => (response.writeHead(204).end(), true) });
    await backend.listen();
    const { code, stderr } = await (await startApp(salesmanAt(backend.url, spool, 0))).read().ended;
    assert.equal(code, 0, stderr);
    for (const signal of ["traces", "logs"] as const)
      assert.deepEqual(salesOf(backend, signal), firstOf(500));
    for (const signal of signals) assert.equal(spooledItems(spool, signal), 0);
  });

  it("on a full disk loses nothing that memory has room for, and counts the rest", async function () {
    const disk = join(folder, "disk");
    mkdirSync(disk);
    const mount = await run("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]).catch(String);
    if (typeof mount === "string" || mount.code !== 0) {
      console.log(
        `        skipped: no disk of 1 MiB can be mounted (${typeof mount === "string" ? mount : mount.stderr.trim()})`,
      );
      return this.skip();
    }
    try {
      const open = await Shop.open(backend, { spoolDirectory: disk, maxQueueItems: 2_000 });
      shop = open;
      await backend.refuseConnections();
      const said = await stderrOf(async () => {
        await open.sell(10_000);
        await backend.listen();
        await open.delivered();
      });
      assert.match(said, /The spool .* cannot be used: .*ENOSPC|no space/);
      for (const signal of ["traces", "logs"] as const) {
        const { produced, delivered, dropped } = open.countsOf(signal);
        assert.deepEqual(Object.keys(dropped), ["queue_full"]);
        assert.equal(produced, 10_000 * itemsPerSale[signal]);
        assert.ok(delivered >= 2_000, `${delivered}`);
        const kept = salesOf(backend, signal);
        assert.equal(kept.length, delivered);
        // Each once, of log lines each pair.
        assert.ok(kept.every((sale, index) => sale !== kept[index - itemsPerSale[signal]]));
      }
      await open.close();
    } finally {
      await shop?.manager.shutdown();
      await run("umount", [disk]);
    }
  });
});

/** The numbers of the first sales, each so many times. */
const firstOf = (sales: number, times = 1) =>
  Array.from({ length: sales * times }, (_, index) => Math.floor(index / times));

/** The numbers of the sales that the backend keeps, sorted. */
const salesOf = (backend: Backend, signal: "traces" | "logs"): number[] =>
  backend.requests
    .filter((request) => request.signal === signal && request.acknowledged)
    .flatMap(({ records }) => records)
    .map(({ record }) => Number(plainAttributes((record as Records["traces" | "logs"]).attributes)["sale"]))
    .sort((one, other) => one - other);

/** What stands in the spool's files of all processes. */
function spooledItems(spool: string, signal: Signal): number {
  if (!existsSync(spool)) return 0;
  return readdirSync(spool, { recursive: true, encoding: "utf8" })
    .filter((path) => path.split("/").includes(signal))
    .map((path) => readSpoolName(basename(path))?.items ?? 0)
    .reduce((sum, items) => sum + items, 0);
}

/** An app that makes so many sales, and ends when it is told to or has nothing to do. */
const salesmanAt = (url: string, spool: string, sales: number) => `
import { getGlobalTracer, getLogger, initializeObservability } from ${JSON.stringify(`${source}index.ts`)};
const manager = initializeObservability({
  serviceName: "shop", tenantId: "blue", otlpEndpoint: "${url}", lokiEndpoint: "${url}", samplingRate: 1,
  maxTracesPerSecond: 100000, enableHealthMonitoring: false, traceExportDelayMs: 10, logExportDelayMs: 10,
  spoolDirectory: ${JSON.stringify(spool)},
});
await manager.initialize();
for (let sale = 0; sale < ${sales}; sale++) {
  getGlobalTracer().startSpan("sale", { attributes: { sale } }).end();
  getLogger().info({ sale }, "sold");
  if (sale % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}
${sales > 0 ? "setInterval(() => {}, 1_000);" : "await manager.flush(20_000); await manager.shutdown();"}
`;
