import assert from "node:assert/strict";
import type { Instrumentation } from "../../src/options/instrumentation.ts";
import "express";
import { assistInstrumentations } from "../../src/instrument/instrumentations.ts";
import { stderrOf } from "../support/stderr.ts";

const instrumentationOf = (...packages: string[]) =>
  ({ getModuleDefinitions: () => packages.map((name) => ({ name })) }) as unknown as Instrumentation;

describe("instrumentations that the app brings", () => {
  it("are said once to come too late for what is loaded already, by name", async () => {
    const said = await stderrOf(() => {
      for (let i = 0; i < 2; i++)
        assistInstrumentations([instrumentationOf("express", "never-loaded", "http")])();
    });
    assert.match(said, /^[^\n]*Loaded too early to be instrumented: express\. [^\n]*--import[^\n]*\n$/);
  });

  it("come in time for what is not loaded yet", async () => {
    const said = await stderrOf(() => assistInstrumentations([instrumentationOf("never-loaded")])());
    assert.equal(said, "");
  });

  it("may be older than the method that tells what they change", async () => {
    assert.equal(await stderrOf(() => assistInstrumentations([{} as Instrumentation])()), "");
  });
});
