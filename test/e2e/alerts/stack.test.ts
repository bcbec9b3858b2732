import assert from "node:assert/strict";
import { ensureTools } from "../../../local/tools/build.ts";
import { temporaryFolder } from "../../support/program.ts";
import { tryCases } from "../../support/promtool.ts";
import { allGroups } from "../../support/rules.ts";
import { stackCases } from "./cases/stack.ts";

describe("the alerts of", function () {
  this.timeout(600_000);

  for (const [name, cases] of Object.entries(stackCases)) {
    describe(`the group ${name}`, () => {
      const folder = temporaryFolder();
      let said: string[];

      before(async () => {
        const { promtool } = await ensureTools(["promtool"]);
        const groups = allGroups.filter((group) => group.name === name);
        said = await tryCases(promtool, folder.path, groups, cases);
      });
      after(() => folder.remove());

      cases.forEach(({ promise }, index) => {
        it(promise, () => assert.equal(said[index], ""));
      });
    });
  }

  it("a case that is wrong is found out: these tests can fail", async () => {
    const folder = temporaryFolder();
    const { promtool } = await ensureTools(["promtool"]);
    const groups = allGroups.filter((group) => group.name === "alerting");
    const wrong = { promise: "", series: {}, alert: "Watchdog", firing: { "0m": [] } };
    const [first, second] = await tryCases(promtool, folder.path, groups, [
      wrong,
      { ...wrong, firing: { "0m": [{ severity: "info" }] } },
    ]);
    folder.remove();
    assert.match(first ?? "", /Watchdog/);
    assert.equal(second, "");
  });
});
