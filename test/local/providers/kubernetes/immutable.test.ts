import assert from "node:assert/strict";
import { changes, propertyPath } from "../../../../local/providers/changes.ts";
import { ApiError } from "../../../../local/api-server.ts";
import { changesOfIdentity, immutableChanges } from "../../../../local/providers/kubernetes/immutable.ts";

const paths = (list: ReturnType<typeof changes>) => list.map(({ path }) => propertyPath(path));
const refused = (...causes: { field: string; message: string }[]) => new ApiError(422, "invalid", causes);

describe("what an object cannot take in place", () => {
  it("is its name, namespace, kind and version", () => {
    const old = { kind: "Role", metadata: { name: "a", namespace: "x", labels: { l: "1" } } };
    const now = { kind: "ClusterRole", metadata: { name: "b", namespace: "y", labels: { l: "2" } } };
    assert.deepEqual(paths(changesOfIdentity(changes(old, now))), [
      "kind",
      "metadata.name",
      "metadata.namespace",
    ]);
  });

  it("is the field that the API server calls immutable, not its neighbours", () => {
    const changed = changes(
      { spec: { template: { a: 1 }, suspend: false } },
      { spec: { template: { a: 2 }, suspend: true } },
    );
    const error = refused({ field: "spec.template", message: "Invalid value: …: field is immutable" });
    assert.deepEqual(paths(immutableChanges(error, changed)), ["spec.template.a"]);
  });

  it("is found where the server names a field that it derived", () => {
    const changed = changes({ spec: { clusterIP: "a" } }, { spec: { clusterIP: "b" } });
    const error = refused({
      field: "spec.clusterIPs[0]",
      message: "Invalid value: []: may not change once set",
    });
    assert.deepEqual(paths(immutableChanges(error, changed)), ["spec.clusterIP"]);
  });

  it("is nothing when the object is wrong besides: a replacement would be refused too", () => {
    const changed = changes(
      { spec: { selector: "a", replicas: 1 } },
      { spec: { selector: "b", replicas: -1 } },
    );
    const error = refused(
      { field: "spec.selector", message: "field is immutable" },
      { field: "spec.replicas", message: "must be greater than or equal to 0" },
    );
    assert.deepEqual(immutableChanges(error, changed), []);
  });
});
