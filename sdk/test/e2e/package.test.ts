import assert from "node:assert/strict";
import { join } from "node:path";
import { repository } from "../../../local/folders.ts";
import { Backend } from "../support/backend.ts";
import { type Consumer, installed, snippetsOf, strictest, write } from "../support/package.ts";

const readme = join(repository, "sdk/README.md");

/** What the README's snippets take from the app. */
const app = `
import { EventEmitter } from "node:events";
const memorySystem = { search: async (query) => [query], add: async () => "1" };
const pluginLoader = { load: async (name) => ({ name, version: "1.0.0" }) };
const queueManager = Object.assign(new EventEmitter(), { add: (name) => ({ id: "1", name }), process() {} });
Object.assign(globalThis, { usbDaemon: new EventEmitter(), pluginLoader, queueManager, memorySystem });
`;

const appTypes = `
declare global {
  var usbDaemon: import("node:events").EventEmitter;
  var pluginLoader: { load(name: string): Promise<object> };
  var queueManager: import("node:events").EventEmitter & { add(name: string): object; process(handler: (job: object) => void): void };
  var memorySystem: { search(query: string): Promise<string[]>; add(text: string): Promise<string> };
}
export {};
`;

/** The cluster's names lead to the test's backend: the snippets run as they stand. */
const redirect = `
import { Agent } from "node:http";
const connect = Agent.prototype.createConnection;
Agent.prototype.createConnection = function (options, callback) {
  const inCluster = ["tempo", "loki"].includes(options.host);
  const there = inCluster ? { host: "127.0.0.1", port: Number(process.env.BACKEND_PORT) } : {};
  return connect.call(this, { ...options, ...there }, callback);
};
`;

describe("the published package", function () {
  this.timeout("5m");
  let consumer: Consumer;

  before(async () => {
    consumer = await installed(["graphql"]);
  });
  after(() => consumer?.remove());

  const node = (args: string[], env?: NodeJS.ProcessEnv) => consumer.run(process.execPath, args, env);

  it("holds what it runs, its types, licence, README, changelog and examples, and nothing else", () => {
    const paths = consumer.packed.files.map(({ path }) => path);
    for (const path of [
      "dist/index.js",
      "dist/index.d.ts",
      "dist/register.js",
      "dist/testing/index.js",
      "LICENSE",
    ]) {
      assert.ok(paths.includes(path), path);
    }
    const kinds =
      /^(dist\/.*\.(js|d\.ts|js\.map)|examples\/.*|LICENSE|README\.md|CHANGELOG\.md|package\.json)$/;
    assert.deepEqual(
      paths.filter((path) => !kinds.test(path)),
      [],
    );
  });

  it("can be imported by modules and required by scripts", async () => {
    write(consumer.folder, {
      "esm.mjs": `import * as sdk from "@autoweave/observability"; console.log(Object.keys(sdk).sort().join());`,
      "cjs.cjs": `const sdk = require("@autoweave/observability"); console.log(Object.keys(sdk).filter((key) => key !== "__esModule" && key !== "module.exports").sort().join());`,
    });
    const [esm, cjs] = await Promise.all([node(["esm.mjs"]), node(["cjs.cjs"])]);
    assert.equal(esm.stderr + cjs.stderr, "");
    assert.match(
      esm.stdout,
      /getGlobalTracer,getLogger,getMetrics,getObservabilityManager,initializeObservability/,
    );
    assert.equal(cjs.stdout, esm.stdout);
  });

  it("does nothing when it is imported", async () => {
    write(consumer.folder, {
      "idle.mjs": `import "@autoweave/observability"; console.log(process.getActiveResourcesInfo().filter((kind) => kind !== "PipeWrap").join());`,
    });
    assert.equal((await node(["idle.mjs"])).stdout, "\n");
  });

  describe("with the README's snippets", () => {
    const snippets = snippetsOf(readme);
    const files = Object.fromEntries(snippets.map((code, index) => [`snippet-${index}.ts`, code]));
    const names = Object.keys(files);

    before(() => {
      write(consumer.folder, {
        ...files,
        "app.mjs": app,
        "app.d.ts": appTypes,
        "redirect.mjs": redirect,
        "run.mjs": [
          `import "./app.mjs";`,
          `import { getObservabilityManager } from "@autoweave/observability";`,
          `await import("./snippet-0.ts");`,
          `getObservabilityManager().setSampling({ samplingRate: 1 }); // none by chance`,
          ...names.slice(1, -1).map((name) => `await import("./${name}");`),
          `await getObservabilityManager().shutdown();`,
          // Starts anew, for tests.
          `await import("./${names.at(-1)}");`,
          `console.log("all have run");`,
        ].join("\n"),
        "tsconfig.json": JSON.stringify({
          compilerOptions: strictest,
          include: ["snippet-*.ts", "app.d.ts"],
        }),
      });
    });

    it("compiles each of them under the strictest settings, its own types checked too", async () => {
      assert.ok(names.length >= 8, "the README has lost its snippets");
      const { code, stdout } = await node(["node_modules/typescript/bin/tsc", "-p", "."]);
      assert.equal(code, 0, stdout);
    });

    it("runs each of them, and what they record arrives", async () => {
      const backend = await Backend.start();
      try {
        const env = {
          BACKEND_PORT: new URL(backend.url).port,
          AUTOWEAVE_HEALTH_PORT: "0",
          AUTOWEAVE_TOKEN: "t",
        };
        const { code, stdout, stderr } = await node(["--import", "./redirect.mjs", "run.mjs"], env);
        assert.equal(code, 0, stderr);
        assert.match(stdout, /all have run/);
        assert.match(stdout, /"msg":"invoice sent"/);
        assert.equal(stderr, "");
        assert.deepEqual(
          new Set(backend.requests.map(({ path }) => path)),
          new Set(["/v1/traces", "/v1/metrics", "/otlp/v1/logs"]),
        );
      } finally {
        await backend.stop();
      }
    });
  });
});
