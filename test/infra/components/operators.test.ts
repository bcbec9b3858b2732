import assert from "node:assert/strict";
import { Operators } from "../../../infra/components/operators.ts";
import { deploy, sharing } from "../../support/deploy.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

interface Rule {
  resources: string[];
}

const operatorsOf = sharing(async (settings) => {
  const protectedOnes = new Set<string>();
  const created = await deploy(() => {
    const remember = ({ name, opts }: { name: string; opts: { protect?: boolean } }) => {
      if (opts.protect) protectedOnes.add(name);
      return undefined;
    };
    new Operators("operators", { stack: stackOf(settings) }, { transformations: [remember] });
  });
  const releases = created.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
  const values = (name: string) => {
    const found = releases.find((release) => release.name === name);
    assert.ok(found, `no release ${name}`);
    return found.inputs.values as Record<string, Record<string, unknown>>;
  };
  return { created, releases, values, protectedOnes };
});

describe("the operators", () => {
  it("come from pinned charts, the CRDs of Prometheus' operator in a release of their own", async () => {
    const { releases } = await operatorsOf(minimal);
    assert.deepEqual(releases.map(({ name }) => name).sort(), [
      "cert-manager",
      "cloudnative-pg",
      "kube-prometheus-stack",
      "plugin-barman-cloud",
      "prometheus-operator-crds",
    ]);
  });

  it("are left out where the cluster has them already", async () => {
    const { releases } = await operatorsOf({
      ...minimal,
      operators: { certManager: false, cloudNativePg: false },
    });
    assert.deepEqual(releases.map(({ name }) => name).sort(), [
      "kube-prometheus-stack",
      "prometheus-operator-crds",
    ]);
  });

  it("of the database are left out where the database is somewhere else", async () => {
    const postgresql = { kind: "external", host: "db.example.com", password: "secret" };
    const { releases } = await operatorsOf({ ...minimal, postgresql });
    assert.ok(!releases.some(({ name }) => /cloudnative-pg|barman/.test(name)));
  });

  it("keep their CRDs, and what hangs on them, where the stack protects its data", async () => {
    const { values, protectedOnes } = await operatorsOf(production);
    assert.deepEqual([...protectedOnes].sort(), [
      "cert-manager",
      "cloudnative-pg",
      "prometheus-operator-crds",
    ]);
    assert.deepEqual(values("prometheus-operator-crds").crds, {
      annotations: { "helm.sh/resource-policy": "keep" },
    });
    assert.equal(values("cert-manager").crds?.keep, true);
  });

  it("that run twice are not the first to go when a node is full", async () => {
    const { values } = await operatorsOf(production);
    const critical = "autoweave-observability-critical";
    assert.equal(values("cert-manager").global?.priorityClassName, critical);
    assert.equal(values("cloudnative-pg").priorityClassName, critical);
  });

  it("leave with their CRDs where the stack protects nothing", async () => {
    const { values, protectedOnes } = await operatorsOf(minimal);
    assert.deepEqual([...protectedOnes], []);
    assert.deepEqual(values("prometheus-operator-crds").crds, { annotations: {} });
    assert.equal(values("cert-manager").crds?.keep, false);
  });

  it("bring no Prometheus, Alertmanager, Grafana, rules or monitors of the chart's own", async () => {
    const values = (await operatorsOf(production)).values("kube-prometheus-stack");
    const parts = ["prometheus", "alertmanager", "grafana", "crds", "kubernetesServiceMonitors", "kubelet"];
    for (const part of parts) assert.equal(values[part]?.enabled, false, part);
    assert.equal(values.defaultRules?.create, false);
  });

  it("get their webhook's certificate from cert-manager, not from hooks", async () => {
    const values = (await operatorsOf(production)).values("kube-prometheus-stack");
    assert.deepEqual(values.prometheusOperator?.admissionWebhooks, {
      certManager: { enabled: true },
      patch: { enabled: false },
    });
  });

  it("put the exporter that reads its node into the namespace for that", async () => {
    const values = (await operatorsOf(production)).values("kube-prometheus-stack");
    assert.equal(values["prometheus-node-exporter"]?.namespaceOverride, "autoweave-observability-host");
  });

  it("read Secrets of the stack's namespace only", async () => {
    const { created, values } = await operatorsOf(production);
    const clusterRoles = created.filter(({ type }) => type.endsWith(":ClusterRole"));
    assert.equal(clusterRoles.length, 2);
    for (const { inputs } of clusterRoles) {
      for (const { resources } of inputs.rules as Rule[]) {
        assert.ok(!resources.includes("secrets") && !resources.includes("*"));
      }
    }
    const stack = values("kube-prometheus-stack");
    assert.deepEqual(stack.global?.rbac, { create: false });
    assert.deepEqual(stack.prometheusOperator?.namespaces, { releaseNamespace: true, additional: [] });
    assert.deepEqual(stack["kube-state-metrics"]?.collectorsExclude, ["secrets"]);
    assert.equal(values("cloudnative-pg").config?.clusterWide, false);
    assert.equal(values("plugin-barman-cloud").rbac?.create, false);
  });

  it("are replicated with a disruption budget in a highly available stack", async () => {
    const { created, values } = await operatorsOf(production);
    assert.equal(values("cert-manager").replicaCount, 2);
    assert.deepEqual(values("cert-manager").podDisruptionBudget, { enabled: true });
    assert.equal(values("cloudnative-pg").replicaCount, 2);
    assert.ok(
      created.some(({ type, name }) => type.endsWith("PodDisruptionBudget") && name === "cloudnative-pg"),
    );
  });

  it("let cert-manager answer challenges through the Gateway API where that is the entry", async () => {
    const entry = {
      ...minimal.entry,
      route: {
        kind: "gateway",
        gatewayName: "public",
        gatewayNamespace: "gateways",
        controllerNamespace: "gateways",
      },
    };
    const { values } = await operatorsOf({ ...minimal, entry });
    assert.equal(values("cert-manager").config?.enableGatewayAPI, true);
  });
});
