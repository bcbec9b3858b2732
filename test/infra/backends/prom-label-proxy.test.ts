import assert from "node:assert/strict";
import { promLabelProxyValues } from "../../../infra/backends/prom-label-proxy.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

describe("prom-label-proxy", () => {
  it("confines every query to the tenant in the gateway's header, and refuses one that names another", () => {
    const { config } = promLabelProxyValues(stackOf(minimal));
    assert.equal(config.label, "tenant_id");
    assert.equal(config.upstream, "http://prometheus-main:9090");
    assert.ok(config.extraArgs.includes("--header-name=X-Scope-OrgID"));
    assert.ok(config.extraArgs.includes("--error-on-replace=true"));
  });

  it("is replicated in standard, and a drain takes one at a time", () => {
    const values = promLabelProxyValues(stackOf(production));
    assert.equal(values.replicaCount, 2);
    assert.deepEqual(values.podDisruptionBudget, { maxUnavailable: 1 });
    assert.equal(promLabelProxyValues(stackOf(minimal)).podDisruptionBudget, undefined);
  });
});
