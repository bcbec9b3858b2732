import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signals } from "../../src/names/index.ts";
import { source, startApp } from "../support/app.ts";
import { Backend, hang } from "../support/backend.ts";
import { eventually } from "../support/fast-clock.ts";
import { plainAttributes } from "../support/otlp-decode.ts";
import type { Records } from "../support/otlp-types.ts";
import { Shop } from "../support/shop.ts";

const sales = 300;

/** An app that makes a span and a log line of each sale, and then does what `end` says. */
const app = (url: string, spoolDirectory: string, end: string) => `
  import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
  import { getGlobalTracer, getLogger, initializeObservability } from "${source}index.ts";
  const observability = initializeObservability(${JSON.stringify({
    serviceName: "shop",
    tenantId: "blue",
    otlpEndpoint: url,
    lokiEndpoint: url,
    spoolDirectory,
    samplingRate: 1,
    maxTracesPerSecond: 100_000,
    maxTraceExportBatchSize: 20,
    enableHealthMonitoring: false,
  })});
  await observability.initialize();
  const sell = (first: number, last: number) => {
    for (let sale = first; sale < last; sale++)
      getGlobalTracer().withSpan("sale", { attributes: { sale } }, () => getLogger().info({ sale }, "sold"));
  };
  ${end}
`;

/** How an app may end, and with which code. */
const endings: Readonly<Record<string, string>> = {
  "at once": `sell(0, ${sales}); process.exit(3);`,
  "while it is being stored": `
    for (let first = 0; first < ${sales}; first += 30) {
      sell(first, first + 30);
      await turn();
    }
    process.exit(3);`,
  "a moment later": `sell(0, ${sales}); await sleep(Math.random() * 20); process.exit(3);`,
  "upon a signal": `process.on("SIGTERM", () => process.exit(3)); sell(0, ${sales}); process.kill(process.pid, "SIGTERM"); await sleep(10_000);`,
  "in a shutdown that has begun": `sell(0, ${sales}); void observability.shutdown(); process.exit(3);`,
  "amid a shutdown": `sell(0, ${sales}); void observability.shutdown(); await sleep(Math.random() * 20); process.exit(3);`,
  "by an error": `sell(0, ${sales}); process.on("uncaughtException", () => process.exit(3)); throw new Error("no");`,
};

describe("an app that exits", function () {
  this.timeout("1m");
  let backend: Backend;
  let spoolDirectory: string;
  beforeEach(async () => {
    backend = await Backend.start();
    spoolDirectory = mkdtempSync(join(tmpdir(), "exit-"));
  });
  afterEach(async () => {
    await backend.stop();
    rmSync(spoolDirectory, { recursive: true });
  });

  /** The sales of which the backend has a span, or a log line; once for each. */
  const arrived = (signal: "traces" | "logs") =>
    backend.requests
      .filter((request) => request.signal === signal && request.acknowledged)
      .flatMap(({ records }) => records)
      .map(({ record }) => Number(plainAttributes((record as Records["traces" | "logs"]).attributes)["sale"]))
      .filter((sale) => !Number.isNaN(sale))
      .sort((one, other) => one - other);

  for (const [when, end] of Object.entries(endings)) {
    it(`${when} loses nothing with a spool: the next process sends it all, once`, async () => {
      backend.behave(hang);
      const { code, stderr } = await (await startApp(app(backend.url, spoolDirectory, end))).read().ended;
      assert.equal(code, 3, stderr);
      const next = await Backend.start();
      await backend.stop();
      backend = next;
      const shop = await Shop.open(backend, { spoolDirectory });
      // What is left is found when the disk answers, which `delivered` does not know of.
      await eventually(
        () => [arrived("traces"), arrived("logs")].every(({ length }) => length >= sales),
        30_000,
      );
      await shop.delivered();
      const expected = Array.from({ length: sales }, (_, sale) => sale);
      for (const signal of signals) assert.deepEqual(shop.countsOf(signal).dropped, {});
      await shop.close();
      assert.deepEqual(arrived("traces"), expected);
      assert.deepEqual(arrived("logs"), expected);
    });
  }
});
