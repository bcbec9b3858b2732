import assert from "node:assert/strict";
import { policiesFor } from "../../infra/network-policies.ts";
import { flows, workloads } from "../../infra/topology.ts";
import { minimal, production, stackOf } from "../support/stacks.ts";

const stacks = { small: stackOf(minimal), standard: stackOf(production) };
const find = (stack = stacks.standard, name: string, namespace = stack.namespace) =>
  policiesFor(stack).find((policy) => policy.name === name && policy.namespace === namespace)?.spec ??
  assert.fail(`no policy ${name} in ${namespace}`);
const podsOf = (labels: object) => JSON.stringify([{ podSelector: { matchLabels: labels } }]);
const ruleTo = (spec: ReturnType<typeof find>, labels: object) =>
  spec.egress?.find(({ to }) => JSON.stringify(to) === podsOf(labels));
const ruleFrom = (spec: ReturnType<typeof find>, labels: object) =>
  spec.ingress?.find(({ from }) => JSON.stringify(from) === podsOf(labels));
const numbers = (ports: { port: number }[] = []) => ports.map(({ port }) => port);

describe("network policies", () => {
  for (const [size, stack] of Object.entries(stacks)) {
    it(`deny by default what enters and leaves either namespace (${size})`, () => {
      for (const namespace of [stack.namespace, `${stack.namespace}-host`]) {
        assert.deepEqual(find(stack, "default-deny", namespace), {
          podSelector: {},
          policyTypes: ["Ingress", "Egress"],
        });
      }
    });

    it(`let every pod ask kube-dns over UDP and TCP (${size})`, () => {
      const [rule] = find(stack, "allow-dns").egress ?? [];
      assert.deepEqual(rule?.ports, [
        { port: 53, protocol: "UDP" },
        { port: 53, protocol: "TCP" },
      ]);
    });

    it(`open both ends of every flow between workloads of the stack's namespace (${size})`, () => {
      const inside = policiesFor(stack).filter(({ namespace }) => namespace === stack.namespace);
      const policyFor = (labels: object) =>
        inside.find(({ spec }) => JSON.stringify(spec.podSelector.matchLabels) === JSON.stringify(labels))
          ?.spec;
      for (const { from, to } of flows) {
        if (from === "apps" || from === "entry" || from === "nodeAgent") continue;
        const source = policyFor(workloads[from].labels) ?? assert.fail(from);
        const target = policyFor(workloads[to].labels) ?? assert.fail(to);
        const leaving = ruleTo(source, workloads[to].labels) ?? assert.fail(`${from} → ${to}`);
        const entering = ruleFrom(target, workloads[from].labels) ?? assert.fail(`${to} ← ${from}`);
        assert.ok(numbers(leaving.ports).length > 0 && numbers(entering.ports).length > 0);
      }
    });
  }

  it("open nothing that the table does not name: Grafana does not reach the Collector", () => {
    assert.equal(ruleTo(find(undefined, "grafana"), workloads.collector.labels), undefined);
    assert.equal(ruleFrom(find(undefined, "collector"), workloads.grafana.labels), undefined);
  });

  it("let Prometheus scrape what has metrics, on that port alone", () => {
    assert.deepEqual(numbers(ruleFrom(find(undefined, "redis"), workloads.prometheus.labels)?.ports), [9121]);
    assert.deepEqual(numbers(ruleTo(find(undefined, "prometheus"), workloads.redis.labels)?.ports), [9121]);
  });

  it("let Prometheus reach the labelled pods of the namespaces that are scraped, and no others", () => {
    const appNamespaces = ["autoweave", "hub"];
    const toApps = (stack: (typeof stacks)["small"]) =>
      find(stack, "prometheus").egress?.filter(({ to }) =>
        to.some(({ podSelector, namespaceSelector }) => podSelector && namespaceSelector),
      );
    assert.deepEqual(toApps(stackOf({ ...minimal, prometheus: { retentionDays: 3, appNamespaces } })), [
      {
        to: appNamespaces.map((name) => ({
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
          podSelector: { matchLabels: { "autoweave.com/scrape": "true" } },
        })),
      },
    ]);
    assert.deepEqual(toApps(stackOf(minimal)), []);
    const anywhere = find(stackOf(minimal), "prometheus").egress?.filter(({ to }) => to.length === 0);
    assert.deepEqual(anywhere, []);
  });

  it("let Alertmanager's replicas gossip over TCP and UDP", () => {
    const rule = ruleTo(find(undefined, "alertmanager"), workloads.alertmanager.labels);
    assert.deepEqual(rule?.ports, [
      { port: 9094, protocol: "TCP" },
      { port: 9094, protocol: "UDP" },
    ]);
  });

  it("let apps of any namespace reach the gateway, whose tokens decide, and no backend", () => {
    const anyNamespace = (name: string) =>
      find(undefined, name).ingress?.filter(
        ({ from }) => JSON.stringify(from) === JSON.stringify([{ namespaceSelector: {} }]),
      );
    assert.deepEqual(numbers(anyNamespace("gateway")?.[0]?.ports), [4317, 4318, 3200, 3100, 9090]);
    for (const backend of ["collector", "tempo", "loki", "prometheus"])
      assert.deepEqual(anyNamespace(backend), []);
  });

  it("let the entry's controller in from its own namespace only", () => {
    const controller = { matchLabels: { "kubernetes.io/metadata.name": "ingress-nginx" } };
    const entering = find(undefined, "grafana").ingress?.filter(({ from }) => from[0]?.namespaceSelector);
    assert.deepEqual(entering, [
      { from: [{ namespaceSelector: controller }], ports: [{ port: 3000, protocol: "TCP" }] },
    ]);
  });

  it("let object storage be reached on 443, and Pod Identity's agent where it hands out the identity", () => {
    const egress = find(undefined, "loki").egress ?? [];
    assert.ok(
      egress.some(({ to, ports }) => to[0]?.ipBlock?.cidr === "0.0.0.0/0" && numbers(ports)[0] === 443),
    );
    const agent = egress.filter(({ to }) => to[0]?.ipBlock?.cidr === "169.254.170.23/32");
    assert.deepEqual(numbers(agent[0]?.ports), [80]);
  });

  it("use the port of an S3-compatible server, and know no identity agent there", () => {
    const secret = { existingSecret: "s3", key: "k" };
    const storage = {
      kind: "s3",
      endpoint: "http://minio.storage:9000",
      accessKeyId: secret,
      secretAccessKey: secret,
    };
    const egress = find(stackOf({ ...minimal, storage }), "loki").egress ?? [];
    assert.ok(egress.some(({ ports }) => numbers(ports).includes(9000)));
    assert.ok(!JSON.stringify(egress).includes("169.254.170.23"));
  });

  it("never open the nodes' own identity service", () => {
    for (const { name, spec } of policiesFor(stacks.standard)) {
      for (const { to } of spec.egress ?? []) {
        for (const { ipBlock } of to) {
          if (ipBlock?.cidr !== "0.0.0.0/0" || name === "default") continue;
          const toApiServer = JSON.stringify(ipBlock) === '{"cidr":"0.0.0.0/0"}';
          assert.ok(toApiServer || ipBlock.except?.includes("169.254.0.0/16"), name);
        }
      }
    }
  });

  it("let the mail server be reached on its port", () => {
    const smtp = {
      host: "mail.example.com",
      port: 2525,
      from: "a@example.com",
      username: "a",
      password: { existingSecret: "smtp", key: "password" },
    };
    const egress = find(stackOf({ ...minimal, alertmanager: { smtp } }), "alertmanager").egress ?? [];
    assert.ok(egress.some(({ ports }) => numbers(ports).includes(2525)));
  });

  it("let the API server call admission webhooks, from its addresses", () => {
    const stack = stackOf({ ...minimal, network: { apiServerCidrs: ["10.1.0.0/28"] } });
    for (const [name, port] of [
      ["prometheus-operator", 10250],
      ["cert-manager", 10250],
      ["cloud-native-pg", 9443],
    ] as const) {
      const rule = find(stack, name).ingress?.find(({ from }) => from[0]?.ipBlock?.cidr === "10.1.0.0/28");
      assert.deepEqual(numbers(rule?.ports), [port], name);
    }
  });

  it("lead Grafana to a database outside the cluster, on its port, and drop the policies of the one inside", () => {
    const postgresql = {
      kind: "external",
      host: "db.example.com",
      port: 6432,
      password: { existingSecret: "db", key: "password" },
    };
    const stack = stackOf({ ...minimal, postgresql });
    assert.ok(!policiesFor(stack).some(({ name }) => ["database", "cloud-native-pg"].includes(name)));
    const outside = find(stack, "grafana").egress?.find(({ ports }) => numbers(ports).includes(6432));
    assert.equal(outside?.to[0]?.ipBlock?.cidr, "0.0.0.0/0");
  });

  it("admit an operator that the cluster has already, from whatever namespace it runs in", () => {
    const stack = stackOf({ ...minimal, operators: { cloudNativePg: false } });
    assert.ok(!policiesFor(stack).some(({ name }) => name === "cloud-native-pg"));
    const rule = find(stack, "database").ingress?.find(
      ({ from }) =>
        JSON.stringify(from[0]?.podSelector?.matchLabels) === JSON.stringify(workloads.cloudNativePg.labels),
    );
    assert.deepEqual(rule?.from[0]?.namespaceSelector, {});
  });

  it("let the node agent, in the namespace for host access, reach the Collector", () => {
    const stack = stackOf({ ...minimal, collector: { nodeAgent: true } });
    const host = `${stack.namespace}-host`;
    const rule = find(stack, "node-agent", host).egress?.find(({ ports }) => numbers(ports).includes(4317));
    assert.deepEqual(rule?.to, [
      {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": stack.namespace } },
        podSelector: { matchLabels: workloads.collector.labels },
      },
    ]);
  });

  it("are none when the stack says so", () => {
    assert.deepEqual(policiesFor(stackOf({ ...minimal, network: { policies: false } })), []);
  });
});
