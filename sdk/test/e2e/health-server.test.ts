import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { startHealthServer } from "../../src/health/server.ts";
import { source, startApp } from "../support/app.ts";

describe("the health server", () => {
  it("closes within a second or so, also with a reader that does not read", async () => {
    const server = await startHealthServer({
      host: "127.0.0.1",
      port: 0,
      handler: (_, response) => {
        const more = () => void (!response.destroyed && response.write("x".repeat(32 * 1024), more));
        more();
        return true;
      },
    });
    const reader = connect(server.port ?? 0, "127.0.0.1");
    reader.on("error", () => {});
    reader.pause();
    reader.write("GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n");
    await once(reader, "connect");
    await server.close();
    reader.destroy();
  });

  it("keeps no process alive, also with a connection open", async () => {
    const app = await startApp(`
      import { connect } from "node:net";
      import { setTimeout as sleep } from "node:timers/promises";
      import { startHealthServer } from "${source}health/server.ts";
      const server = await startHealthServer({ host: "127.0.0.1", port: 0, handler: () => false });
      connect(server.port, "127.0.0.1", () => console.log("connected")).unref();
      await sleep(50);
    `);
    const { code, stdout } = await app.read().ended;
    assert.deepEqual([code, stdout], [0, "connected\n"]);
  });
});
