import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { withBackend } from "../support/deliveries.ts";
import { eventually } from "../support/fast-clock.ts";
import { nameOf } from "../support/records.ts";

const support = (name: string) => JSON.stringify(new URL(`../support/${name}.ts`, import.meta.url).href);

/** Offers batches of ten spans for ever to a backend that is down, and says how many spans are on disk. */
const program = (directory: string) => `
  import { globSync } from "node:fs";
  import { setImmediate } from "node:timers/promises";
  import { systemClock } from ${JSON.stringify(new URL("../../src/clock.ts", import.meta.url).href)};
  import { deliveryTo } from ${support("deliveries")};
  import { spans } from ${support("records")};
  const delivery = deliveryTo("http://127.0.0.1:9/v1/traces", {
    spool: { directory: ${JSON.stringify(directory)}, maxBytes: 1e9, maxAgeMs: 1e9 },
    clock: systemClock,
    transport: { post: () => Promise.reject(new Error("down")), close() {} },
  });
  for (let first = 0, stored = 0; ; first += 10) {
    for (const record of spans(10, first)) delivery.offer(record);
    while (first + 10 - stored > 100) {
      stored = globSync("traces/*/*.batch", { cwd: ${JSON.stringify(directory)} }).length * 10;
      console.log(stored);
      await setImmediate();
    }
  }
`;

describe("a process that is killed amid its work", () => {
  for (const batches of [1, 7, 30]) {
    it(`loses nothing of what was on disk, which the next process sends (after ${batches} batches)`, async function () {
      this.timeout(30_000);
      const directory = mkdtempSync(join(tmpdir(), "autoweave-spool-"));
      try {
        const child = spawn(process.execPath, ["--input-type=module", "-e", program(directory)], {
          stdio: ["ignore", "pipe", "ignore"],
        });
        let stored = 0;
        for await (const line of createInterface(child.stdout)) {
          stored = Math.max(stored, Number(line));
          if (stored >= batches * 10 && child.kill("SIGKILL")) break;
        }
        if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
        await withBackend(async (backend, deliver) => {
          const delivery = deliver({ spool: { directory, maxBytes: 1e9, maxAgeMs: 1e9 } });
          await eventually(() => delivery.counts().produced > 0 && delivery.counts().waiting.items === 0);
          const { delivered, dropped } = delivery.counts();
          assert.ok(delivered >= stored, `${delivered} of ${stored}`);
          assert.deepEqual(dropped, {});
          const expected = Array.from({ length: delivered }, (_, index) => `span-${index}`);
          assert.deepEqual(backend.kept.map(nameOf).sort(), expected.sort());
        });
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    });
  }
});
