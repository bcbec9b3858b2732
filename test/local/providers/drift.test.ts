import assert from "node:assert/strict";
import { liveInputs } from "../../../local/providers/drift.ts";

describe("the inputs as the live object has them", () => {
  it("keep the program's spelling of a value that still holds", () => {
    const intended = { spec: { cpu: "500m", replicas: 1 } };
    assert.deepEqual(liveInputs({ spec: { cpu: 0.5, replicas: 1 } }, intended, intended), {
      spec: { cpu: 0.5, replicas: 1 },
    });
  });

  it("show what somebody changed, and leave out what only the server set", () => {
    const intended = { data: { color: "blue" } };
    const live = { data: { color: "red", other: "x" }, uid: "1" };
    assert.deepEqual(liveInputs({ data: { color: "blue" } }, intended, live), { data: { color: "red" } });
  });

  it("show an item that somebody removed from a list", () => {
    const list = { rules: [{ id: "a" }, { id: "b" }] };
    assert.deepEqual(liveInputs(list, list, { rules: [{ id: "a" }] }), { rules: [{ id: "a" }] });
  });
});
