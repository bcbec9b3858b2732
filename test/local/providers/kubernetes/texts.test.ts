import assert from "node:assert/strict";
import { chartOf } from "../../../../local/providers/kubernetes/chart-source.ts";
import { warningsOf } from "../../../../local/providers/kubernetes/helm.ts";
import { manifestEntries } from "../../../../local/providers/kubernetes/manifest.ts";
import { manifest } from "../../../../local/providers/kubernetes/object.ts";

describe("what helm says", () => {
  it("is every warning of helm, without its own notes", () => {
    const stderr =
      'W1123 12:00:00.000000    42 warnings.go:70] unknown field "spec.x"\nWARNING: something else\n';
    assert.deepEqual(warningsOf(stderr), ['unknown field "spec.x"']);
  });

  it("names the objects of a manifest, and which of them helm leaves behind", () => {
    const text = `---
# Source: a/b.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  annotations:
    helm.sh/resource-policy: keep
  name: "issuers.cert-manager.io"
spec:
  names: {kind: Issuer}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  namespace: b
`;
    assert.deepEqual(manifestEntries(text), [
      {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        name: "issuers.cert-manager.io",
        keep: true,
      },
      { apiVersion: "v1", kind: "ConfigMap", name: "a", namespace: "b", keep: false },
    ]);
  });
});

describe("a release's chart", () => {
  it("has one address in an OCI registry, however the release spells it", () => {
    const expected = { chart: "oci://registry.example/charts/loki", version: "1.0.0" };
    const repositoryOpts = { repo: "oci://registry.example/charts/" };
    assert.deepEqual(chartOf({ chart: "loki", version: "1.0.0", repositoryOpts }), expected);
    assert.deepEqual(chartOf({ chart: "oci://registry.example/charts/loki", version: "1.0.0" }), expected);
  });
});

describe("a Secret", () => {
  it("is sent with its clear strings as data, so that a key that goes is let go", () => {
    const inputs = { apiVersion: "v1", kind: "Secret", data: { a: "YQ==" }, stringData: { b: "b" } };
    assert.deepEqual(manifest(inputs), { apiVersion: "v1", kind: "Secret", data: { a: "YQ==", b: "Yg==" } });
  });
});
