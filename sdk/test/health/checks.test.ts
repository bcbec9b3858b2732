import assert from "node:assert/strict";
import { backendCheck, guardCheck } from "../../src/health/checks.ts";

describe("the check of a backend", () => {
  const at = Date.UTC(2026, 0, 1);
  it("is well before anything was sent, and when the last request was answered", () => {
    assert.deepEqual(backendCheck({ reachable: () => undefined })(), {
      ok: true,
      detail: "nothing sent yet",
    });
    assert.deepEqual(backendCheck({ reachable: () => ({ ok: true, at }) })(), { ok: true });
  });

  it("says why and since when it is not", () => {
    assert.deepEqual(backendCheck({ reachable: () => ({ ok: false, reason: "unauthorized", at }) })(), {
      ok: false,
      detail: "unauthorized at 2026-01-01T00:00:00.000Z; telemetry waits",
    });
  });
});

describe("the check of the memory guard", () => {
  it("is well while nothing is shed, and says what is", () => {
    assert.deepEqual(guardCheck(() => 0)(), { ok: true });
    assert.deepEqual(guardCheck(() => 2)(), { ok: false, detail: "level 2: sheds all traces" });
  });
});
