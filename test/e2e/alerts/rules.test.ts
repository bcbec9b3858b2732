import assert from "node:assert/strict";
import { rulesOf } from "../../../infra/backends/rules.ts";
import { ensureTools } from "../../../local/tools/build.ts";
import { outcome, temporaryFolder } from "../../support/program.ts";
import { writeRules } from "../../support/promtool.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

describe("the rules, as promtool judges them", function () {
  this.timeout(600_000);
  const folder = temporaryFolder();
  let promtool: string;

  before(async () => {
    ({ promtool } = await ensureTools(["promtool"]));
  });
  after(() => folder.remove());

  for (const [name, settings] of Object.entries({ minimal, production })) {
    it(`are without any complaint, for a ${name} stack`, async () => {
      const file = writeRules(folder.path, name, rulesOf(stackOf(settings)));
      const { code, said } = await outcome(promtool, ["check", "rules", "--lint=all", "--lint-fatal", file]);
      assert.equal(code, 0, said);
    });
  }
});
