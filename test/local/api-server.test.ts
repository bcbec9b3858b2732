import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type ApiError, ApiServer, parseWarnings } from "../../local/api-server.ts";
import { temporaryFolder, writeConfig } from "../support/program.ts";

describe("the client of a Kubernetes API server", () => {
  const folder = temporaryFolder();
  const asked: string[] = [];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  let api: ApiServer;

  const connectTo = (name: string, url: string) =>
    new ApiServer(
      writeConfig(folder.path, name, {
        "current-context": "here",
        contexts: [{ name: "here", context: { cluster: "it", user: "me" } }],
        clusters: [{ name: "it", cluster: { server: url } }],
        users: [{ name: "me", user: { token: "secret" } }],
      }),
    );
  const says = (code: number, body: object) => (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(code).end(JSON.stringify(body));
  };

  before(async () => {
    await once(server.listen(0, "127.0.0.1"), "listening");
    api = connectTo("kubeconfig", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  beforeEach(() => asked.splice(0));
  after(async () => {
    await api.close();
    await once(server.close(), "close");
    folder.remove();
  });

  it("asks again what is refused for the moment only", async () => {
    answer = (_, response) =>
      says(asked.length < 3 ? 429 : 200, { kind: "Namespace", message: "later" })(_, response);
    assert.deepEqual(await api.get("/api/v1/namespaces/a"), { kind: "Namespace", message: "later" });
    assert.equal(asked.length, 3);
  });

  it("has nothing where there is no object, and the server's message where it refuses", async () => {
    answer = says(404, { message: "not found" });
    assert.equal(await api.get("/api/v1/namespaces/a"), undefined);
    answer = says(422, { message: "invalid", details: { causes: [{ field: "spec.x", message: "no" }] } });
    await assert.rejects(api.get("/api/v1/namespaces/a"), (error: ApiError) => {
      assert.deepEqual(
        [error.code, error.message, error.causes],
        [422, "invalid", [{ field: "spec.x", message: "no" }]],
      );
      return true;
    });
    assert.equal(asked.length, 2);
  });

  it("applies strictly, and asks only for a judgement in a dry run", async () => {
    answer = says(200, {});
    await api.apply("/api/v1/namespaces/a", {}, { fieldManager: "me" });
    await api.apply("/api/v1/namespaces/a", {}, { fieldManager: "me", dryRun: true });
    const query = "fieldManager=me&force=true&fieldValidation=Strict";
    assert.deepEqual(asked, [
      `PATCH /api/v1/namespaces/a?${query}`,
      `PATCH /api/v1/namespaces/a?${query}&dryRun=All`,
    ]);
  });

  it("says at once that a server has not come up, and how to start one that is down", async () => {
    answer = says(500, {});
    assert.equal(await api.isReady(), false);
    assert.equal(asked.length, 1);
    const down = connectTo("down", "http://127.0.0.1:1");
    assert.equal(await down.isReady(), false);
    await assert.rejects(down.get("/api"), /127\.0\.0\.1:1 does not answer.*npm start/);
    await down.close();
  });

  it("gives every warning of an answer, unquoted", () => {
    assert.deepEqual(parseWarnings('299 - "unknown field \\"spec.x\\"", 299 - "deprecated, use v2"'), [
      'unknown field "spec.x"',
      "deprecated, use v2",
    ]);
  });
});
