import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Alerting } from "../../infra/components/alerting.ts";
import { Metrics } from "../../infra/components/metrics.ts";
import { Namespaces } from "../../infra/components/namespaces.ts";
import { ensureTools } from "../../local/tools/build.ts";
import { TestCluster } from "../support/cluster.ts";
import { deploy } from "../support/deploy.ts";
import { outcome, stopProgram, temporaryFolder } from "../support/program.ts";
import { minimal, production, stackOf } from "../support/stacks.ts";

interface Secret {
  data: Record<string, string>;
}

interface StatefulSet {
  spec: { replicas: number };
}

const receivers = {
  default: [{ kind: "slack", url: "https://hooks.example.com/path", channel: "#alerts" }],
  critical: [{ kind: "pagerduty", routingKey: "0123456789abcdef" }],
  premium: [{ kind: "email", to: "premium@example.com" }],
  deadMansSwitchUrl: "https://dead.example.com/path",
  smtp: { host: "mail.example.com", from: "a@example.com", username: "a", password: "p" },
};

const stacks = {
  small: { ...minimal, namespace: "observability-small" },
  standard: { ...production, namespace: "observability-standard", alertmanager: receivers },
};

describe("the Prometheus operator", function () {
  this.timeout(900_000);
  const cluster = new TestCluster();
  const folder = temporaryFolder();
  let tools: Record<"promtool" | "amtool" | "prometheus-operator", string>;
  let operator: ChildProcess | undefined;

  before(async () => {
    tools = await ensureTools(["promtool", "amtool", "prometheus-operator"]);
    await cluster.start("prometheus-operator-crds");
    for (const settings of Object.values(stacks)) {
      const stack = stackOf(settings);
      await cluster.applyAll(
        await deploy(() => {
          new Namespaces("namespaces", { stack });
          new Metrics("metrics", { stack });
          new Alerting("alerting", { stack });
        }),
      );
    }
    operator = spawn(
      tools["prometheus-operator"],
      [
        `--namespaces=${Object.values(stacks).map(({ namespace }) => namespace)}`,
        `--web.listen-address=127.0.0.1:${await freePort()}`,
      ],
      { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, KUBECONFIG: cluster.kubeconfig } },
    );
    const log = createWriteStream(join(folder.path, "operator.log"));
    operator.stdout?.pipe(log);
    operator.stderr?.pipe(log);
  });

  after(async () => {
    if (operator) await stopProgram(operator);
    await cluster.stop();
    folder.remove();
  });

  for (const [size, { namespace }] of Object.entries(stacks)) {
    const core = `/api/v1/namespaces/${namespace}`;

    for (const name of ["main", "long-term"]) {
      it(`turns the Prometheus ${name} of a ${size} stack into a configuration that Prometheus accepts`, async () => {
        const { data } = await cluster.await<Secret>(`${core}/secrets/prometheus-${name}`);
        const file = written(namespace, name, prometheusConfig(data, folder.path));
        const { code, said } = await outcome(tools.promtool, ["check", "config", file]);
        assert.equal(code, 0, said);
      });
    }

    it(`turns the rules of a ${size} stack into files that Prometheus accepts`, async () => {
      const { data } = await cluster.await<{ data: Record<string, string> }>(
        `${core}/configmaps/prometheus-main-rulefiles-0`,
      );
      const files = Object.entries(data).map(([name, rules]) => written(namespace, name, rules));
      assert.ok(files.length > 0);
      const { code, said } = await outcome(tools.promtool, [
        "check",
        "rules",
        "--lint=all",
        "--lint-fatal",
        ...files,
      ]);
      assert.equal(code, 0, said);
    });

    it(`hands the routing of a ${size} stack on as a configuration that Alertmanager accepts`, async () => {
      const { data } = await cluster.await<Secret>(`${core}/secrets/alertmanager-main-generated`);
      const config = gunzip(data["alertmanager.yaml.gz"]);
      for (const receiver of ["default", "critical-alerts", "premium-support", "dead-mans-switch"]) {
        assert.match(config, new RegExp(`name: ${receiver}`));
      }
      const file = written(namespace, "alertmanager.yaml", config);
      const { code, said } = await outcome(tools.amtool, ["check-config", file]);
      assert.equal(code, 0, said);
    });

    it(`gets every pod of a ${size} stack past Pod Security, quota and limits`, async () => {
      for (const name of ["prometheus-main", "prometheus-long-term", "alertmanager-main"]) {
        const set = await cluster.await<StatefulSet>(
          `/apis/apps/v1/namespaces/${namespace}/statefulsets/${name}`,
        );
        for (let replica = 0; replica < set.spec.replicas; replica++) {
          await cluster.await(`${core}/pods/${name}-${replica}`);
        }
      }
    });
  }

  it("scrapes what the table of workloads names, apps of trusted namespaces, and the kubelets", async () => {
    const { data } = await cluster.await<Secret>(
      `/api/v1/namespaces/${stacks.standard.namespace}/secrets/prometheus-main`,
    );
    const config = gunzip(data["prometheus.yaml.gz"]);
    for (const job of [
      "loki",
      "tempo",
      "collector",
      "grafana",
      "alertmanager",
      "database",
      "redis",
      "apps",
    ]) {
      assert.match(config, new RegExp(`job_name: podMonitor/${stacks.standard.namespace}/${job}/0`));
    }
    assert.match(config, /metrics_path: \/metrics\/cadvisor/);
    assert.match(config, /credentials_file: \/var\/run\/secrets\/kubernetes.io\/serviceaccount\/token/);
    assert.doesNotMatch(config, /honor_labels: true/);
  });

  /** Prometheus' configuration, with the pod's files found on this machine. */
  function prometheusConfig(data: Record<string, string>, root: string): string {
    const account = join(root, "serviceaccount");
    mkdirSync(account, { recursive: true });
    writeFileSync(join(account, "token"), "token");
    return gunzip(data["prometheus.yaml.gz"]).replaceAll(
      "/var/run/secrets/kubernetes.io/serviceaccount",
      account,
    );
  }

  function written(namespace: string, name: string, text: string): string {
    mkdirSync(join(folder.path, namespace), { recursive: true });
    const path = join(folder.path, namespace, name);
    writeFileSync(path, text);
    return path;
  }
});

const gunzip = (base64 = "") => gunzipSync(Buffer.from(base64, "base64")).toString();

function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => done(typeof address === "object" && address ? address.port : 0));
    });
  });
}
