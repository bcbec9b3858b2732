import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { parseStack } from "../../infra/config/parse.ts";
import { diffLines } from "../../infra/preview/lines.ts";
import { ObservabilityStack } from "../../infra/stack.ts";
import { deploy } from "../support/deploy.ts";
import { snapshotOf } from "../support/snapshot.ts";

const root = join(import.meta.dirname, "../..");
const howToUpdate = "npm run test:update-snapshots";

/** The settings of an environment as they stand in its file. */
function settingsOf(stackName: string) {
  const file = parse(readFileSync(join(root, `Pulumi.${stackName}.yaml`), "utf8"));
  return parseStack(file.config["autoweave-observability:stack"], { stackName, isEncrypted: () => true });
}

describe("every resource of", () => {
  for (const stackName of ["dev", "prod"]) {
    it(`${stackName} is the one that its snapshot was reviewed with`, async () => {
      const stack = settingsOf(stackName);
      const now = snapshotOf(await deploy(() => new ObservabilityStack("observability", stack)));
      const path = join(import.meta.dirname, "snapshots", `${stackName}.yaml`);
      if (process.env["UPDATE_SNAPSHOTS"]) {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, now);
      }
      assert.ok(existsSync(path), `There is no snapshot yet: ${howToUpdate}`);
      const reviewed = readFileSync(path, "utf8");
      if (reviewed === now) return;
      const changed = diffLines(reviewed, now, 3).join("\n");
      assert.fail(`The resources of ${stackName} have changed. If that is meant: ${howToUpdate}\n${changed}`);
    });
  }
});
