import assert from "node:assert/strict";
import { changes, propertyPath } from "../../../local/providers/changes.ts";
import type { Json } from "../../../local/providers/values.ts";

const named = (old: Json, now: Json) =>
  changes(old, now).map(({ path, kind }) => `${kind} ${propertyPath(path)}`);

describe("changes", () => {
  it("are named leaf by leaf", () => {
    const old = { spec: { ports: [{ port: 80 }, { port: 81 }], gone: 1 } };
    const now = { spec: { ports: [{ port: 8080 }], fresh: { a: 1 } } };
    assert.deepEqual(named(old, now), [
      "update spec.ports[0].port",
      "delete spec.ports[1]",
      "delete spec.gone",
      "add spec.fresh",
    ]);
  });

  it("tell an explicit null from nothing, since Helm does", () => {
    assert.deepEqual(named({ values: {} }, { values: { a: null } }), ["add values.a"]);
  });

  it("quote keys that are no words", () => {
    assert.deepEqual(
      named({ metadata: { labels: { "a.b/c": "x" } } }, { metadata: { labels: { "a.b/c": "y" } } }),
      ['update metadata.labels["a.b/c"]'],
    );
  });

  it("are none between equals, whatever the order of keys", () => {
    assert.deepEqual(named({ a: 1, b: [1] }, { b: [1], a: 1 }), []);
  });
});
