import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { SpanStatusCode } from "@opentelemetry/api";
import fc from "fast-check";
import { instrumentPluginLoader } from "../../src/instrument/plugins.ts";
import { pluginOf } from "../../src/instrument/plugins/identity.ts";
import { telemetry } from "../../src/telemetry.ts";
import { type RecordedTelemetry, recordTelemetry } from "../support/recorded-telemetry.ts";

/** A loader as AutoWeave's. */
class Loader {
  failure: Error | undefined;
  async loadPlugin(path: string): Promise<{ name: string; version: string }> {
    await null;
    if (this.failure) throw this.failure;
    telemetry.tracer.startSpan("reading").end();
    return { name: `usb-${path.length}`, version: "1.2.0" };
  }
  async load(path: string): Promise<{ name: string; version: string }> {
    await null;
    return this.loadPlugin(path);
  }
  unloadPlugin(name: string): boolean {
    return name !== "";
  }
  validatePlugin(manifest: { name?: string }): boolean {
    return manifest.name !== undefined;
  }
  async execute(name: string, input: number): Promise<number> {
    return name ? input * 2 : 0;
  }
}

describe("instrumenting a plugin loader", () => {
  let recorded: RecordedTelemetry;
  const undos: (() => void)[] = [];
  const instrument = <T extends object>(loader: T): T => {
    undos.push(instrumentPluginLoader(loader));
    return loader;
  };
  beforeEach(() => {
    recorded = recordTelemetry();
  });
  afterEach(async () => {
    for (const undo of undos.splice(0)) undo();
    await recorded.stop();
  });
  const path = "/opt/plugins/scanner/index.js";

  it("makes a load a span and metrics of the plugin as it says it is, with what it does in the span", async () => {
    const loader = instrument(new Loader());
    const plugin = await loader.loadPlugin(path);
    assert.deepEqual(plugin, { name: "usb-29", version: "1.2.0" });
    const span = recorded.span("plugin.load");
    assert.equal(span.attributes["plugin.name"], "usb-29");
    assert.equal(span.attributes["plugin.version"], "1.2.0");
    assert.equal(recorded.span("reading").parentSpanContext?.spanId, span.spanContext().spanId);
    const labels = { plugin: "usb-29", outcome: "success" };
    assert.equal(await recorded.metric("autoweave_plugin_load_duration_seconds", labels), 1);
    assert.equal(
      await recorded.metric("autoweave_plugin_operations_total", { ...labels, operation: "load" }),
      1,
    );
    assert.equal(
      await recorded.metric("autoweave_plugin_operation_duration_seconds", { operation: "load" }),
      1,
    );
    assert.equal(await recorded.metric("autoweave_plugins_loaded"), 1);
  });

  it("counts a load once that goes through two names of the method", async () => {
    const loader = instrument(new Loader());
    await loader.load(path);
    assert.equal(await recorded.metric("autoweave_plugin_operations_total"), 1);
    assert.equal(recorded.spans.filter((span) => span.name === "plugin.load").length, 1);
  });

  it("counts the loads of what a plugin depends on", async () => {
    const loader = instrument({
      load: async (name: string): Promise<string> =>
        name === "base" ? name : `${name} on ${await loader.load("base")}`,
    });
    assert.equal(await loader.load("scanner"), "scanner on base");
    assert.equal(await recorded.metric("autoweave_plugin_operations_total", { plugin: "base" }), 1);
    assert.equal(await recorded.metric("autoweave_plugin_operations_total", { plugin: "scanner" }), 1);
    assert.equal(await recorded.metric("autoweave_plugins_loaded"), 2);
  });

  it("knows a plugin again by whatever it was loaded as", async () => {
    const loader = instrument(new Loader());
    await loader.loadPlugin(path);
    assert.equal(await loader.execute(path, 21), 42);
    assert.equal(await loader.execute("usb-29", 1), 2);
    assert.equal(loader.unloadPlugin(path), true);
    assert.equal(await recorded.metric("autoweave_plugins_loaded"), 0);
    const versions = recorded.spans.map((span) => [span.name, span.attributes["plugin.version"]]);
    assert.deepEqual(versions.slice(-3), [
      ["plugin.execute", "1.2.0"],
      ["plugin.execute", "1.2.0"],
      ["plugin.unload", "1.2.0"],
    ]);
  });

  it("records a failed load, and neither counts it as loaded nor hides the error", async () => {
    const loader = instrument(new Loader());
    loader.failure = new TypeError("no manifest");
    await assert.rejects(loader.loadPlugin(path), (error) => error === loader.failure);
    const span = recorded.span("plugin.load");
    assert.equal(span.status.code, SpanStatusCode.ERROR);
    assert.equal(span.attributes["error.type"], "TypeError");
    const labels = { plugin: "scanner", outcome: "error" };
    assert.equal(await recorded.metric("autoweave_plugin_load_duration_seconds", labels), 1);
    assert.equal(await recorded.metric("autoweave_plugins_loaded"), 0);
  });

  it("takes a plugin that is found invalid as a validation that worked", async () => {
    const loader = instrument(new Loader());
    assert.equal(loader.validatePlugin({}), false);
    const labels = { operation: "validate", outcome: "success", plugin: "unknown" };
    assert.equal(await recorded.metric("autoweave_plugin_operations_total", labels), 1);
  });

  for (const prefix of ["", "plugin:", "plugin."]) {
    it(`measures a loader by its events ${prefix}loading and ${prefix}loaded`, async () => {
      const loader = instrument(new EventEmitter());
      loader.emit(`${prefix}loading`, "scanner");
      loader.emit(`${prefix}loaded`, { name: "scanner", version: "2.0.0" });
      loader.emit(`${prefix}unloaded`, "scanner");
      assert.equal(recorded.span("plugin.load").attributes["plugin.version"], "2.0.0");
      assert.equal(await recorded.metric("autoweave_plugin_load_duration_seconds", { plugin: "scanner" }), 1);
      assert.equal(await recorded.metric("autoweave_plugin_operations_total", { operation: "unload" }), 1);
      assert.equal(
        await recorded.metric("autoweave_plugin_operation_duration_seconds", { operation: "unload" }),
        0,
        "how long it took is not known",
      );
    });
  }

  it("takes the duration that an event tells, and the error of what was under way", async () => {
    const loader = instrument(new EventEmitter());
    loader.on("error", () => {});
    loader.emit("loaded", { name: "slow", durationMs: 230 });
    const sum = "autoweave_plugin_load_duration_seconds";
    assert.equal(await recorded.sum(sum, { plugin: "slow" }), 0.23);
    loader.emit("loading", "broken");
    loader.emit("error", new SyntaxError("unexpected token"), "broken");
    loader.emit("error", new Error("of the loader itself"));
    assert.equal(await recorded.metric(sum, { plugin: "broken", outcome: "error" }), 1);
    assert.equal(recorded.spans.length, 2);
  });

  it("measures by method what has one, and by event the rest", async () => {
    class Mixed extends EventEmitter {
      async load(name: string) {
        this.emit("loaded", name);
        return { name };
      }
    }
    const loader = instrument(new Mixed());
    await loader.load("scanner");
    loader.emit("unloaded", "scanner");
    assert.equal(await recorded.metric("autoweave_plugin_operations_total", { operation: "load" }), 1);
    assert.equal(await recorded.metric("autoweave_plugin_operations_total", { operation: "unload" }), 1);
    assert.equal(await recorded.metric("autoweave_plugins_loaded"), 0);
  });

  it("counts the plugins of two loaders, and no longer those of one that is let go", async () => {
    const [one, other] = [instrument(new Loader()), new Loader()];
    const undo = instrumentPluginLoader(other);
    await one.loadPlugin(path);
    await other.loadPlugin(path);
    await other.loadPlugin(path);
    assert.equal(await recorded.metric("autoweave_plugins_loaded"), 2);
    undo();
    assert.equal(await recorded.metric("autoweave_plugins_loaded"), 1);
    assert.equal(other.loadPlugin, Loader.prototype.loadPlugin);
  });

  it("refuses an object without any of it, and says what was looked for", () => {
    assert.throws(
      () => instrumentPluginLoader({ start() {} }),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, "AUTOWEAVE_NOT_INSTRUMENTABLE");
        assert.match(error.message, /a method load or loadPlugin\n/);
        assert.match(error.message, /It is an? [oO]bject with the methods start\./);
        return true;
      },
    );
  });
});

describe("a plugin loader that is instrumented before telemetry is live", () => {
  it("has what it loaded counted from then on", async () => {
    const loader = new Loader();
    const undo = instrumentPluginLoader(loader);
    await loader.loadPlugin("/plugins/a.js");
    const recorded = recordTelemetry();
    assert.equal(await recorded.metric("autoweave_plugins_loaded"), 1);
    assert.deepEqual(recorded.spans, []);
    undo();
    await recorded.stop();
  });
});

describe("the plugin that is meant", () => {
  const cases: [unknown, string | undefined][] = [
    ["usb-scanner", "usb-scanner"],
    ["@autoweave/usb-scanner", "@autoweave/usb-scanner"],
    ["/opt/plugins/usb-scanner/dist/index.js", "usb-scanner"],
    ["./usb-scanner.mjs", "usb-scanner"],
    ["C:\\plugins\\usb-scanner\\plugin.js", "usb-scanner"],
    ["file:///opt/plugins/usb-scanner/main.js", "usb-scanner"],
    ["/index.js", undefined],
    [{ manifest: { name: "scanner", version: "1" } }, "scanner"],
    [{ plugin: { id: "scanner" } }, "scanner"],
    [class Scanner {}, "Scanner"],
    [true, undefined],
  ];
  for (const [given, name] of cases) {
    it(`is ${name} for ${typeof given === "object" ? JSON.stringify(given) : String(given)}`, () =>
      assert.equal(pluginOf(given).name, name));
  }

  it("is named without the folders of a path, whatever is given", () =>
    fc.assert(
      fc.property(fc.anything(), fc.array(fc.string()), (given, parts) => {
        pluginOf(given);
        assert.ok(!pluginOf(`/${parts.join("/")}`).name?.includes("/"));
      }),
    ));
});
