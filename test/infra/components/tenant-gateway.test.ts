import assert from "node:assert/strict";
import { TenantGateway } from "../../../infra/components/tenant-gateway.ts";
import { deploy, type Registered } from "../../support/deploy.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

interface Metadata {
  name: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}
const metadata = (resource: Registered | undefined) => resource?.inputs.metadata as Metadata;
const create = (settings: object) =>
  deploy(() => new TenantGateway("tenant-gateway", { stack: stackOf(settings) }));
const named = (created: Registered[], type: string, name: string) =>
  created.find((r) => r.type.endsWith(`:${type}`) && metadata(r).name === name) ??
  assert.fail(`no ${type} ${name}`);
const pod = (created: Registered[]) =>
  (
    named(created, "Deployment", "gateway").inputs.spec as {
      template: {
        metadata: Metadata;
        spec: Record<string, unknown> & { containers: Record<string, unknown>[] };
      };
    }
  ).template;

describe("the tenants' gateway in the cluster", () => {
  it("answers at every address that the guide names", async () => {
    const created = await create(minimal);
    const ports = (service: string) =>
      (
        named(created, "Service", service).inputs.spec as { ports: { port: number; targetPort: number }[] }
      ).ports.map(({ port, targetPort }) => [port, targetPort]);
    assert.deepEqual(ports("tempo"), [
      [4317, 4317],
      [4318, 4318],
      [3200, 3200],
      [3100, 3200],
    ]);
    assert.deepEqual(ports("loki"), [[3100, 3100]]);
    assert.deepEqual(ports("prometheus"), [[9090, 9090]]);
  });

  it("has a token for each tenant and service, findable by label", async () => {
    const created = await create(production);
    const labels = (name: string) => metadata(named(created, "Secret", name)).labels;
    assert.deepEqual(labels("tenant-token-premium-tenant"), {
      "autoweave.com/tenant": "premium-tenant",
      "autoweave.com/tier": "premium",
    });
    assert.deepEqual(labels("tenant-token-prod-tenant")["autoweave.com/tier"], "standard");
    assert.deepEqual(labels("service-token-autoweave-hub"), { "autoweave.com/service": "autoweave-hub" });
  });

  it("holds no token outside of Secrets", async () => {
    const created = await create(production);
    const secrets = created.filter(({ type }) => type.endsWith(":Secret"));
    // A mocked secret is an object that holds its value.
    const tokens = secrets.flatMap(({ inputs }) => {
      const [, encoded] = /"token":(?:\{[^}]*"value":)?"([^"]+)"/.exec(JSON.stringify(inputs)) ?? [];
      return encoded ? [Buffer.from(encoded, "base64").toString()] : [];
    });
    assert.equal(tokens.length, 3);
    const rest = JSON.stringify(created.filter((resource) => !secrets.includes(resource)));
    for (const token of tokens) assert.ok(!rest.includes(token));
  });

  it("rolls its pods when its configuration or a token changes", async () => {
    const annotations = async (settings: object) => pod(await create(settings)).metadata.annotations;
    const [before, after] = [
      await annotations(minimal),
      await annotations({ ...minimal, entry: { ...minimal.entry, maxBodyMiB: 32 } }),
    ];
    assert.notEqual(before["autoweave.com/config"], after["autoweave.com/config"]);
    // Each mocked run draws its tokens anew.
    assert.notEqual(before["autoweave.com/tokens"], after["autoweave.com/tokens"]);
    assert.match(before["autoweave.com/tokens"] ?? "", /^[0-9a-f]{64}$/);
  });

  it("runs restricted, with nothing writable but its temporary folder, and without a token of the cluster", async () => {
    const { spec } = pod(await create(production));
    assert.equal(spec.automountServiceAccountToken, false);
    assert.equal((spec.securityContext as { runAsNonRoot: boolean }).runAsNonRoot, true);
    const container = spec.containers[0] ?? assert.fail();
    assert.equal(
      (container.securityContext as { readOnlyRootFilesystem: boolean }).readOnlyRootFilesystem,
      true,
    );
    const writable = (container.volumeMounts as { name: string; readOnly?: boolean }[]).filter(
      (m) => !m.readOnly,
    );
    assert.deepEqual(
      writable.map(({ name }) => name),
      ["temporary"],
    );
  });

  it("is guarded and spread in production, and alone on a laptop", async () => {
    const budgets = (created: Registered[]) =>
      created.filter(({ type }) => type.endsWith(":PodDisruptionBudget"));
    const [small, standard] = [await create(minimal), await create(production)];
    assert.equal(budgets(small).length, 0);
    assert.equal(budgets(standard).length, 1);
    assert.equal((pod(standard).spec.topologySpreadConstraints as unknown[]).length, 2);
    assert.equal((named(standard, "Deployment", "gateway").inputs.spec as { replicas: number }).replicas, 3);
  });

  it("tells Prometheus what nginx counts, through an exporter in the same pod", async () => {
    const exporter = pod(await create(minimal)).spec.containers.find(({ name }) => name === "exporter");
    assert.ok(exporter);
    assert.deepEqual(exporter.args, [
      "--nginx.scrape-uri=http://127.0.0.1:8081/stub_status",
      "--web.listen-address=:9113",
    ]);
    assert.deepEqual(exporter.ports, [{ name: "metrics", containerPort: 9113 }]);
    assert.equal(
      (exporter.securityContext as { readOnlyRootFilesystem: boolean }).readOnlyRootFilesystem,
      true,
    );
  });
});
