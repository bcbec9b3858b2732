import assert from "node:assert/strict";
import { Collector } from "../../../infra/components/collector.ts";
import { Logs } from "../../../infra/components/logs.ts";
import type { Storage } from "../../../infra/components/storage.ts";
import { Traces } from "../../../infra/components/traces.ts";
import type { StackConfig } from "../../../infra/config/schema.ts";
import { deploy } from "../../support/deploy.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

const role = { "eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/x" };
const keys = {
  accessKeyId: { secret: "storage", key: "id" },
  secretAccessKey: { secret: "storage", key: "secret" },
};
const withRole = { accessFor: () => ({ serviceAccountAnnotations: role }) } as unknown as Storage;
const withKeys = { accessFor: () => ({ serviceAccountAnnotations: {}, keys }) } as unknown as Storage;

/** The values of the releases, by name, loosely typed: a test names the path it promises something about. */
async function releases(settings: object, storage = withRole) {
  const stack: StackConfig = stackOf(settings);
  const created = await deploy(() => {
    new Traces("traces", { stack, storage });
    new Logs("logs", { stack, storage });
    new Collector("collector", { stack });
  });
  const found = created.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- values of charts have no type
  return Object.fromEntries(found.map(({ inputs }) => [inputs.name as string, inputs as any]));
}

describe("the stores of telemetry", () => {
  it("run as one process each in a small stack, and highly available in a standard one", async () => {
    const small = await releases(minimal);
    assert.match(small.tempo.chart, /\/tempo$/);
    assert.equal(small.loki.values.singleBinary.replicas, 1);
    const standard = await releases(production);
    assert.match(standard.tempo.chart, /\/tempo-distributed$/);
    assert.equal(standard.tempo.values.ingester.replicas, 3);
    assert.equal(standard.loki.values.singleBinary.replicas, 3);
    assert.equal(standard.collector.values.replicaCount, 3);
  });

  it("reach their bucket by the role of their own service account", async () => {
    const { tempo, loki } = await releases(production);
    assert.deepEqual(tempo.values.serviceAccount, {
      name: "tempo-store",
      annotations: role,
      automountServiceAccountToken: false,
    });
    assert.equal(loki.values.serviceAccount.name, "loki-store");
    assert.deepEqual(loki.values.serviceAccount.annotations, role);
  });

  it("are not killed for taking long to become ready", async () => {
    for (const settings of [minimal, production]) {
      const { tempo } = await releases(settings);
      assert.equal(tempo.values.tempo.livenessProbe.httpGet.path, "/status/version");
    }
  });

  it("take the keys of an S3-compatible server from a Secret, by name", async () => {
    const { tempo, loki } = await releases(minimal, withKeys);
    const key = { name: "AWS_ACCESS_KEY_ID", valueFrom: { secretKeyRef: { name: "storage", key: "id" } } };
    assert.deepEqual(
      [tempo.values.tempo.extraEnv, loki.values.singleBinary.extraEnv].map((variables) =>
        variables.find(({ name }: { name: string }) => name === key.name),
      ),
      [key, key],
    );
  });

  it("keep their data on the storage class that the stack names", async () => {
    const { tempo, loki, collector } = await releases(production);
    assert.equal(tempo.values.ingester.persistence.storageClass, "fast-ssd");
    assert.equal(loki.values.singleBinary.persistence.storageClass, "fast-ssd");
    assert.equal(collector.values.statefulset.volumeClaimTemplates[0].spec.storageClassName, "fast-ssd");
  });

  it("survive a drain with two of three replicas, and are not guarded where there is one", async () => {
    const standard = await releases(production);
    assert.equal(standard.loki.values.singleBinary.podDisruptionBudget.maxUnavailable, 1);
    assert.equal(standard.collector.values.podDisruptionBudget.maxUnavailable, 1);
    const small = await releases(minimal);
    assert.equal(small.loki.values.singleBinary.podDisruptionBudget.enabled, false);
    assert.equal(small.collector.values.podDisruptionBudget.enabled, false);
  });

  it("run one Collector where traces are sampled by their end, which needs all spans in one place", async () => {
    const { collector } = await releases({ ...production, collector: { tailSampling: {} } });
    assert.equal(collector.values.replicaCount, 1);
  });

  it("come with an agent on every node only where it is wanted, in the namespace for host access", async () => {
    assert.equal((await releases(minimal))["node-agent"], undefined);
    const { "node-agent": agent } = await releases({ ...minimal, collector: { nodeAgent: true } });
    assert.equal(agent.namespace, "autoweave-observability-host");
    assert.equal(agent.values.mode, "daemonset");
  });
});
