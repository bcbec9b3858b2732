import assert from "node:assert/strict";
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCredentials } from "../../src/delivery/credentials.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { stderrOf } from "../support/stderr.ts";

describe("credentials", () => {
  let folder = "";
  let tokenFile = "";
  let clock = new FakeClock();
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "autoweave-token-"));
    tokenFile = join(folder, "token");
    clock = new FakeClock();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("send a token as a bearer's, besides the other headers", () => {
    const { headers } = createCredentials({ token: "secret", headers: { "X-Scope": "a" } });
    assert.deepEqual(headers(), { "x-scope": "a", authorization: "Bearer secret" });
  });

  it("leave an Authorization header as it is where there is no token, and replace it where there is one", () => {
    const given = { Authorization: "Basic eDp5" };
    assert.deepEqual(createCredentials({ headers: given }).headers(), { authorization: "Basic eDp5" });
    assert.deepEqual(createCredentials({ headers: given, token: "t" }).headers(), {
      authorization: "Bearer t",
    });
  });

  it("prefer the token to the file", () => {
    writeFileSync(tokenFile, "from-file");
    const { headers } = createCredentials({ token: "given", tokenFile, headers: {} });
    assert.deepEqual(headers(), { authorization: "Bearer given" });
  });

  it("read the file again when it changed, within a second", () => {
    writeFileSync(tokenFile, "first\n");
    const { headers } = createCredentials({ tokenFile, headers: {}, clock });
    assert.deepEqual(headers(), { authorization: "Bearer first" });
    writeFileSync(tokenFile, "second, with another length".replaceAll(/\W/g, ""));
    assert.deepEqual(headers(), { authorization: "Bearer first" });
    clock.advance(1_000);
    assert.deepEqual(headers(), { authorization: "Bearer secondwithanotherlength" });
  });

  it("follow a symbolic link that is switched, as Kubernetes does it", () => {
    const link = (target: string) => {
      writeFileSync(join(folder, target), target);
      symlinkSync(target, join(folder, "new"));
      renameSync(join(folder, "new"), tokenFile);
    };
    link("one");
    const { headers } = createCredentials({ tokenFile, headers: {}, clock });
    assert.deepEqual(headers(), { authorization: "Bearer one" });
    link("two");
    clock.advance(1_000);
    assert.deepEqual(headers(), { authorization: "Bearer two" });
  });

  it("keep the last good token while the file is gone or holds none, and say so once without showing it", async () => {
    writeFileSync(tokenFile, "good");
    const { headers } = createCredentials({ tokenFile, headers: {}, clock });
    headers();
    const said = await stderrOf(() => {
      for (const content of ["two\nlines", "", "ümlaut"]) {
        writeFileSync(tokenFile, content);
        clock.advance(1_000);
        assert.deepEqual(headers(), { authorization: "Bearer good" });
      }
      rmSync(tokenFile);
      clock.advance(1_000);
      assert.deepEqual(headers(), { authorization: "Bearer good" });
    });
    assert.equal(said.trim().split("\n").length, 1);
    assert.match(said, /Put the tenant's token there/);
    assert.doesNotMatch(said, /two|good/);
  });

  it("send no token before the file is there, and find it when it comes", async () => {
    await stderrOf(() => {
      const { headers } = createCredentials({ tokenFile, headers: { "x-a": "b" }, clock });
      assert.deepEqual(headers(), { "x-a": "b" });
      writeFileSync(tokenFile, "late");
      clock.advance(1_000);
      assert.deepEqual(headers(), { "x-a": "b", authorization: "Bearer late" });
    });
  });
});
