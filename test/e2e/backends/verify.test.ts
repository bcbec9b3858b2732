import assert from "node:assert/strict";
import { collectorConfig } from "../../../infra/backends/collector.ts";
import { lokiConfig, lokiOverrides } from "../../../infra/backends/loki.ts";
import { nodeAgentConfig } from "../../../infra/backends/node-agent.ts";
import { tempoConfig, tempoOverrides } from "../../../infra/backends/tempo.ts";
import { ensureTools } from "../../../local/tools/build.ts";
import { outcome, temporaryFolder, writeConfig } from "../../support/program.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

const s3 = {
  kind: "s3",
  endpoint: "http://storage.example.com:9000",
  accessKeyId: { existingSecret: "storage", key: "id" },
  secretAccessKey: { existingSecret: "storage", key: "secret" },
};

const stacks = {
  "a small stack": minimal,
  "a small stack on an S3-compatible server": { ...minimal, storage: s3 },
  "a standard stack": production,
  "a standard stack with tail sampling": { ...production, collector: { tailSampling: {} } },
};

describe("the configuration of", function () {
  this.timeout("30m");
  const folder = temporaryFolder();
  let tools: Record<"loki" | "tempo" | "collector", string>;

  before(async () => {
    tools = await ensureTools(["loki", "tempo", "collector"]);
  });
  after(folder.remove);

  for (const [name, settings] of Object.entries(stacks)) {
    const stack = stackOf(settings);

    it(`Loki is valid to Loki itself, for ${name}`, async () => {
      const overrides = writeConfig(folder.path, "loki-overrides", lokiOverrides(stack));
      const config = writeConfig(folder.path, "loki", lokiConfig(stack, overrides));
      const { code, said } = await outcome(tools.loki, [`-config.file=${config}`, "-verify-config"]);
      assert.equal(code, 0, said);
      assert.match(said, /config is valid/);
    });

    it(`Tempo is valid to Tempo itself, without a warning, for ${name}`, async () => {
      const overrides = writeConfig(folder.path, "tempo-overrides", { overrides: tempoOverrides(stack) });
      const config = writeConfig(folder.path, "tempo", tempoConfig(stack, overrides));
      const { code, said } = await outcome(tools.tempo, [`-config.file=${config}`, "-config.verify=true"]);
      assert.equal(code, 0, said);
      assert.doesNotMatch(said, /level=warn|field .* not found/);
    });

    it(`the Collector is valid to the Collector itself, for ${name}`, async () => {
      const config = writeConfig(folder.path, "collector", collectorConfig(stack));
      const { code, said } = await outcome(tools.collector, ["validate", `--config=${config}`]);
      assert.equal(code, 0, said);
    });

    it(`the node agent is valid to the Collector, for ${name}`, async () => {
      const config = writeConfig(folder.path, "node-agent", nodeAgentConfig(stack));
      const { code, said } = await outcome(tools.collector, ["validate", `--config=${config}`], {
        OTEL_K8S_NODE_NAME: "node",
      });
      assert.equal(code, 0, said);
    });
  }

  it("a program with a key that it does not know is refused: these tests can fail", async () => {
    const stack = stackOf(minimal);
    const [loki, tempo, collector] = await Promise.all([
      outcome(tools.loki, [
        `-config.file=${writeConfig(folder.path, "bad-loki", { ...lokiConfig(stack, ""), bogus: 1 })}`,
        "-verify-config",
      ]),
      outcome(tools.tempo, [
        `-config.file=${writeConfig(folder.path, "bad-tempo", { ...tempoConfig(stack, ""), bogus: 1 })}`,
        "-config.verify=true",
      ]),
      outcome(tools.collector, [
        "validate",
        `--config=${writeConfig(folder.path, "bad-collector", { ...collectorConfig(stack), bogus: 1 })}`,
      ]),
    ]);
    for (const { code } of [loki, tempo, collector]) assert.notEqual(code, 0);
  });
});
