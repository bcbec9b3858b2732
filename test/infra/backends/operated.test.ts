import assert from "node:assert/strict";
import { alertmanagerSpec } from "../../../infra/backends/alertmanager.ts";
import { longTermPrometheusSpec, prometheusSpec } from "../../../infra/backends/prometheus.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

const small = stackOf(minimal);
const standard = stackOf(production);

const specs = {
  Prometheus: prometheusSpec,
  "the Prometheus with the long memory": longTermPrometheusSpec,
  Alertmanager: alertmanagerSpec,
};

for (const [program, specOf] of Object.entries(specs)) {
  describe(`what the operator is told of ${program}`, () => {
    it("asks for a volume per replica, on the storage class that the stack names", () => {
      const claim = (stack: typeof small) => specOf(stack).storage.volumeClaimTemplate.spec;
      assert.equal(claim(small).storageClassName, undefined);
      assert.equal(claim(standard).storageClassName, "fast-ssd");
      assert.match(claim(standard).resources.requests.storage, /^[1-9]\d*Gi$/);
    });

    it("keeps the volumes of a protected stack when it goes, and takes those of another with it", () => {
      const kept = (stack: typeof small) => specOf(stack).persistentVolumeClaimRetentionPolicy;
      assert.deepEqual(kept(standard), { whenDeleted: "Retain", whenScaled: "Retain" });
      assert.deepEqual(kept(small), { whenDeleted: "Delete", whenScaled: "Retain" });
    });

    it("spreads the replicas, and runs none as root", () => {
      const { topologySpreadConstraints = [], podMetadata, securityContext } = specOf(standard);
      for (const { labelSelector } of topologySpreadConstraints)
        assert.deepEqual(labelSelector?.matchLabels, podMetadata?.labels);
      assert.equal(topologySpreadConstraints.length, 2);
      assert.equal(securityContext?.runAsNonRoot, true);
    });
  });
}
