import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { stackOf } from "../../support/stacks.ts";

const settings = (stack: string): object =>
  parse(readFileSync(new URL(`../../../Pulumi.${stack}.yaml`, import.meta.url), "utf8")).config[
    "autoweave-observability:stack"
  ];

describe("the settings in the repository", () => {
  for (const stack of ["dev", "prod"]) {
    it(`of ${stack} are valid`, () => {
      assert.doesNotThrow(() => stackOf(settings(stack), stack));
    });
  }

  it("keep the guide's retentions: 72 h and 3 d in dev, 168 h and 7 d in prod", () => {
    const retentions = ["dev", "prod"].map((name) => {
      const { tempo, loki, prometheus } = stackOf(settings(name), name);
      return [tempo.retentionHours, loki.retentionHours, prometheus.retentionDays];
    });
    assert.deepEqual(retentions, [
      [72, 72, 3],
      [168, 168, 7],
    ]);
  });
});
