import assert from "node:assert/strict";
import { charts, type ChartName } from "../../infra/charts.ts";
import { ObservabilityStack } from "../../infra/stack.ts";
import { chartDefaults, unknownKeys } from "../support/chart-values.ts";
import { deploy } from "../support/deploy.ts";
import { minimal, production, stackOf } from "../support/stacks.ts";

const folder = process.env["HELM_VALUES_DIR"];

describe("the values of every release", () => {
  for (const [name, settings] of Object.entries({ minimal, production })) {
    it(`are keys that its chart knows (${name})`, async function () {
      if (!folder) {
        console.log(
          "      skipped: HELM_VALUES_DIR names no folder of the charts' values (<chart>/values.yaml)",
        );
        this.skip();
      }
      const stack = stackOf(settings);
      const created = await deploy(() => new ObservabilityStack("observability", stack));
      const releases = created.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
      assert.ok(releases.length > 0);
      const unknown = releases.flatMap(({ name, inputs }) => {
        const chart = String(inputs["chart"]).split("/").at(-1) as ChartName;
        const values = inputs["values"] as Record<string, unknown>;
        return unknownKeys(values, chartDefaults(folder, chart, charts[chart].version)).map(
          (key) => `release ${name} sets ${key}, which the chart ${chart} does not know`,
        );
      });
      assert.deepEqual(unknown, []);
    });
  }
});
