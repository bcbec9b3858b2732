import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Ending, source, startApp } from "../support/app.ts";
import { hang, readSlowly } from "../support/backend.ts";
import { withBackend } from "../support/deliveries.ts";

const support = new URL("../support/", import.meta.url).href;

const endingOf = async (code: string): Promise<Ending> => (await startApp(code)).read().ended;

describe("a process with nothing else to do", () => {
  const delivering = (url: string, end: string) => `
    import { systemClock } from "${source}clock.ts";
    import { deliveryTo } from "${support}deliveries.ts";
    import { spans } from "${support}records.ts";
    const delivery = deliveryTo("${url}", { clock: systemClock, batchDelayMs: 60_000 });
    for (const record of spans(25)) delivery.offer(record);
    ${end}
  `;

  it("is kept alive by a flush until all is sent", () =>
    withBackend(async (backend) => {
      backend.behaveNext(readSlowly(50));
      const { code } = await endingOf(
        delivering(backend.endpoint("traces"), "await delivery.flush(10_000);"),
      );
      assert.equal(code, 0);
      assert.equal(backend.kept.length, 25);
    }));

  it("is kept alive by a shutdown no longer than it may last", () =>
    withBackend(async (backend) => {
      backend.behave(hang);
      const end = "await delivery.shutdown(200); process.exitCode = delivery.counts().dropped.shutdown;";
      assert.equal((await endingOf(delivering(backend.endpoint("traces"), end))).code, 25);
    }));

  it("ends without waiting for what is being sent", () =>
    withBackend(async (backend) => {
      backend.behave(hang);
      assert.equal((await endingOf(delivering(backend.endpoint("traces"), ""))).code, 0);
    }));

  it("is not kept alive by connections to a backend, neither idle ones nor while it hangs", async () => {
    const server = createServer((request, response) => {
      if (request.headers["x-hang"] === undefined) response.end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { code } = await endingOf(`
      import { setTimeout as sleep } from "node:timers/promises";
      import { httpTransport } from "${source}delivery/transport.ts";
      const transport = httpTransport("http://127.0.0.1:${(server.address() as AddressInfo).port}", 2);
      const { signal } = new AbortController();
      await Promise.all([transport.post(new Uint8Array(), {}, signal), sleep(100)]);
      void transport.post(new Uint8Array(), { "x-hang": "1" }, signal);
      await sleep(50);
    `);
    assert.equal(code, 0);
    server.closeAllConnections();
    server.close();
  });

  it("is not kept alive by the metrics of its runtime", async () => {
    const { code, stdout } = await endingOf(`
      import { metricsCore } from "${support}metrics.ts";
      const { core } = metricsCore({ nodeMetrics: true });
      await core.exposition();
      console.log("read");
    `);
    assert.deepEqual([code, stdout], [0, "read\n"]);
  });
});
