import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { ownSecret } from "../../../local/live/own-secret.ts";
import { temporaryFolder } from "../../support/program.ts";

describe("a secret of the environment's own", () => {
  const folder = temporaryFolder();
  after(() => folder.remove());

  it("stays the same, and is no other's", () => {
    const one = ownSecret(folder.path, "one");
    assert.equal(ownSecret(folder.path, "one"), one);
    assert.notEqual(ownSecret(folder.path, "other"), one);
    assert.match(one, /^[\w-]{32}$/);
  });

  it("can be read by its owner only", () => {
    ownSecret(folder.path, "one");
    assert.equal(statSync(join(folder.path, "one")).mode & 0o777, 0o600);
  });
});
