import assert from "node:assert/strict";
import { repository } from "../../local/folders.ts";
import { run } from "../../local/run.ts";
import { ensureTools } from "../../local/tools/build.ts";

describe("the workflows", () => {
  it("have no fault that actionlint knows of", async function () {
    this.timeout(10 * 60_000);
    const { actionlint } = await ensureTools(["actionlint"]);
    const { code, stdout, stderr } = await run(actionlint, ["-no-color"], { cwd: repository });
    assert.equal(code, 0, stdout + stderr);
  });
});
