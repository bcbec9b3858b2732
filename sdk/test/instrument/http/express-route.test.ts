import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express5 from "express";
import express4 from "express4";
import { expressRoute } from "../../../src/instrument/http/express-route.ts";

const versions = { "express 4": express4 as unknown as typeof express5, "express 5": express5 };

for (const [version, express] of Object.entries(versions)) {
  describe(`the route of a request to ${version}`, () => {
    let app: ReturnType<typeof express>;
    let server: Server;
    let routes: (string | undefined)[];

    beforeEach(async () => {
      app = express();
      routes = [];
      server = createServer((req, res) => {
        res.on("close", () => routes.push(expressRoute(req)));
        app(req, res);
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    });

    afterEach(() => new Promise((resolve) => server.close(resolve)));

    async function routeOf(path: string): Promise<string | undefined> {
      const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
      await response.text();
      while (routes.length === 0) await new Promise(setImmediate);
      return routes.shift();
    }

    it("is the route's template, not the path", async () => {
      app.get("/devices/:id", (_req, res) => void res.send("ok"));
      assert.equal(await routeOf("/devices/42?secret=1"), "/devices/:id");
    });

    it("is absent when no route matched", async () => {
      app.get("/devices", (_req, res) => void res.send("ok"));
      assert.equal(await routeOf("/nothing/here"), undefined);
    });

    it("holds the path that a router is mounted under", async () => {
      const router = express.Router();
      router.get("/:id", (_req, res) => void res.send("ok"));
      router.get("/", (_req, res) => void res.send("ok"));
      app.use("/devices", router);
      assert.equal(await routeOf("/devices/42"), "/devices/:id");
      assert.equal(await routeOf("/devices"), "/devices");
      assert.equal(await routeOf("/devices/"), "/devices");
    });

    it("holds the parameter's name when a router is mounted under a parameter", async () => {
      const inner = express.Router();
      const outer = express.Router();
      inner.get("/ports/:port", (_req, res) => void res.send("ok"));
      outer.use("/devices/:device", inner);
      app.use("/tenants/:tenant", outer);
      assert.equal(
        await routeOf("/tenants/acme/devices/a%20b/ports/1"),
        "/tenants/:tenant/devices/:device/ports/:port",
      );
      assert.equal(
        await routeOf("/tenants/other/devices/c/ports/2"),
        "/tenants/:tenant/devices/:device/ports/:port",
      );
    });

    it("tells two mounts of one router apart", async () => {
      const router = express.Router();
      router.get("/devices", (_req, res) => void res.send("ok"));
      app.use("/v1", router);
      app.use(["/v2", "/v3"], router);
      for (const version of ["/v1", "/v2", "/v3", "/v1"]) {
        assert.equal(await routeOf(`${version}/devices`), `${version}/devices`);
      }
    });

    it("stays whole when the handler fails and the app's error handler answers", async () => {
      const router = express.Router();
      router.get("/:id", (_req, _res, next) => next(new Error("broken")));
      app.use("/v1/:tenant", router);
      app.use("/v2/:tenant", router);
      app.use(
        ((_error, _req, res, next) =>
          void (res.headersSent ? next() : res.status(500).end())) as express5.ErrorRequestHandler,
      );
      assert.equal(await routeOf("/v2/acme/7"), "/v2/:tenant/:id");
      assert.equal(await routeOf("/v1/acme/7"), "/v1/:tenant/:id");
    });

    it("holds the path that an app is mounted under", async () => {
      const admin = express();
      const users = express.Router();
      users.get("/:id", (_req, res) => void res.send("ok"));
      admin.use("/users", users);
      app.use("/admin/:area", admin);
      assert.equal(await routeOf("/admin/north/users/7"), "/admin/:area/users/:id");
    });

    it("names all the paths of a route that has several", async () => {
      app.get(["/a", "/b"], (_req, res) => void res.send("ok"));
      assert.equal(await routeOf("/b"), "/a,/b");
    });
  });
}

describe("the route of a request that express never saw", () => {
  it("is absent", () => {
    for (const route of [undefined, null, "text", {}, { path: undefined }]) {
      assert.equal(expressRoute({ route } as never), undefined);
    }
  });

  it("is what the request says of itself when the way to the route cannot be found", () => {
    assert.equal(expressRoute({ route: { path: "/:id" }, baseUrl: "/things" } as never), "/things/:id");
  });
});
