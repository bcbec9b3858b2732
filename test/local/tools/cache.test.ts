import assert from "node:assert/strict";
import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { enter, isIntact } from "../../../local/tools/cache.ts";

describe("the cache of built programs", () => {
  let folder: string;
  let program: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cache-"));
    program = join(folder, "entry", "program");
    writeFileSync(join(folder, "built"), "#!/bin/sh\necho hello\n");
    enter(join(folder, "built"), program);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("holds what was built, executable", () => {
    assert.equal(isIntact(program), true);
  });

  it("trusts a program that was only touched", () => {
    utimesSync(program, 1, 1);
    assert.equal(isIntact(program), true);
  });

  it("finds a program that was cut short", () => {
    truncateSync(program, 5);
    assert.equal(isIntact(program), false);
  });

  it("finds a program whose bytes changed", () => {
    writeFileSync(program, readFileSync(program, "utf8").replace("hello", "jello"));
    utimesSync(program, 1, 1);
    assert.equal(isIntact(program), false);
  });

  it("finds a program that lost its right to run", () => {
    chmodSync(program, 0o644);
    assert.equal(isIntact(program), false);
  });

  it("finds a program that has no seal, as a kill in the middle leaves it", () => {
    rmSync(`${program}.seal.json`);
    assert.equal(isIntact(program), false);
  });
});
