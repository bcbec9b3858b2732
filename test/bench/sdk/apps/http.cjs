/** Two routes: one that does what a route of an app does, and one that does nothing. */
const { setTimeout: sleep } = require("node:timers/promises");
const { done, ready } = require("./measure.cjs");
const telemetry = require("./telemetry.cjs");

const catalogue = Array.from({ length: 400 }, (_, id) => ({
  id,
  name: `device ${id}`,
  vendor: 0x1000 + (id % 37),
  price: ((id * 7919) % 1000) / 10,
  tags: ["usb", id % 2 ? "hub" : "storage", `rack-${id % 11}`],
}));

telemetry.start().then((manager) => {
  const express = require("express");
  const log = manager ? require("@autoweave/observability").getLogger() : require("pino")();
  const app = express();
  if (manager) app.use(manager.createHTTPMiddleware());
  app.get("/devices/:vendor", async (request, response) => {
    await sleep(2);
    const vendor = Number(request.params.vendor);
    const found = catalogue
      .filter((device) => (device.vendor + vendor) % 5 !== 0)
      .sort((one, other) => one.price - other.price || one.id - other.id)
      .slice(0, 40);
    log.info({ vendor, found: found.length }, "devices listed");
    response.json({ found: found.length, devices: found });
    done();
  });
  app.get("/hello", (_request, response) => {
    response.send("hello");
    done();
  });
  const server = app.listen(0, "127.0.0.1", () => ready(server.address().port));
});
