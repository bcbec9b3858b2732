import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { catalog, type Tool, toolNames } from "../../../local/tools/catalog.ts";
import { isAtLeast } from "../../../local/tools/installed.ts";

const goModOf = ({ module }: Tool) =>
  readFileSync(join(import.meta.dirname, "../../../local/tools", module, "go.mod"), "utf8");

describe("the catalog of tools", () => {
  for (const name of toolNames) {
    it(`builds ${name} from a module that requires it`, () => {
      const tool: Tool = catalog[name];
      const goMod = goModOf(tool);
      if (tool.package === ".") assert.match(goMod, new RegExp(`v${tool.version.replaceAll(".", "\\.")}\\b`));
      else assert.match(goMod, new RegExp(`^(tool |\\t)${tool.package.replaceAll(".", "\\.")}$`, "m"));
    });
  }

  it("compares versions by number, not by letter", () => {
    assert.equal(isAtLeast("1.26", "1.9"), true);
    assert.equal(isAtLeast("3.18.0", "3.18.0"), true);
    assert.equal(isAtLeast("3.9.4", "3.18.0"), false);
  });
});
