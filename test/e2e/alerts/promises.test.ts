import assert from "node:assert/strict";
import { slos } from "../../../alerts/slos.ts";
import { ensureTools } from "../../../local/tools/build.ts";
import { temporaryFolder } from "../../support/program.ts";
import { tryCases } from "../../support/promtool.ts";
import { sloTrials } from "./cases/slo.ts";

describe("what alerts say of the promise", function () {
  this.timeout(600_000);

  for (const slo of slos) {
    for (const { groups, cases } of sloTrials(slo)) {
      describe(`${slo.id}, by the rules of ${groups.map(({ name }) => name).join()}`, () => {
        const folder = temporaryFolder();
        let said: string[];

        before(async () => {
          const { promtool } = await ensureTools(["promtool"]);
          said = await tryCases(promtool, folder.path, groups, cases);
        });
        after(() => folder.remove());

        cases.forEach(({ promise }, index) => {
          it(promise, () => assert.equal(said[index], ""));
        });
      });
    }
  }
});
