import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { State } from "../../local/state.ts";

describe("the locks of a stack", () => {
  let folder: string;
  let locks: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "state-"));
    locks = join(folder, ".pulumi/locks/organization/project/dev");
    mkdirSync(locks, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** As Pulumi's file backend does: the lock, and a file of its attributes. */
  function lock(name: string, holder: { pid: number; hostname: string }): void {
    writeFileSync(join(locks, `${name}.json`), JSON.stringify(holder));
    writeFileSync(join(locks, `${name}.json.attrs`), JSON.stringify({ "user.content_type": "text/plain" }));
  }

  const holders = () => new State(folder, "project").lockHolders("dev");

  it("are held by the process that each of them names, and by nobody else", () => {
    lock("other-machine", { pid: 7, hostname: `not-${hostname()}` });
    assert.deepEqual(holders(), [7]);
    assert.equal(existsSync(join(locks, "other-machine.json")), true);
  });

  it("go without a trace when their process has been killed", () => {
    // No Pulumi has the number of this process.
    lock("killed", { pid: process.pid, hostname: hostname() });
    assert.deepEqual(holders(), []);
    assert.deepEqual(readdirSync(locks), []);
  });
});
