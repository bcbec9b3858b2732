/** A loader of plugins that reads and checks what it loads. */
const { createHash } = require("node:crypto");
const { done, ready, repeat } = require("./measure.cjs");
const telemetry = require("./telemetry.cjs");

const sources = new Map(
  Array.from({ length: 10 }, (_, index) => [
    `plugin-${index}`,
    `exports.run = (input) => input * ${index};\n`.repeat(50 + index),
  ]),
);

telemetry.start().then((manager) => {
  const load = async (name) => {
    await undefined;
    const source = sources.get(name);
    const digest = createHash("sha256").update(source).digest("hex");
    done();
    return { name, version: "1.0.0", digest };
  };
  const loader = {
    load: telemetry.byHand({
      name: "plugin.load",
      attributes: (name) => ({ "plugin.name": name }),
      labels: (name) => ({ plugin: name }),
      message: "plugin loaded",
      handle: load,
    }),
  };
  manager?.instrumentPluginLoader(loader);
  ready();
  repeat((count) => void loader.load(`plugin-${count % sources.size}`));
});
