import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { alertmanagerConfig } from "../../../infra/backends/alertmanager.ts";
import { collectorConfig } from "../../../infra/backends/collector.ts";
import { gatewayConfig } from "../../../infra/backends/gateway.ts";
import { lokiConfig } from "../../../infra/backends/loki.ts";
import { clusterSpec } from "../../../infra/backends/postgresql.ts";
import { tempoConfig } from "../../../infra/backends/tempo.ts";
import { diffLines } from "../../../infra/preview/lines.ts";
import { adapt, adaptDirectives, adaptFlags, withSettings } from "../../../local/live/adapt.ts";
import { settings, targets } from "../../../local/live/differences.ts";
import type { Context } from "../../../local/live/program.ts";
import { minimal, production, stackOf } from "../../support/stacks.ts";

const ports = new Map<string, number>();
const port = (name: string) => {
  const known = ports.get(name) ?? 20_000 + ports.size;
  ports.set(name, known);
  return known;
};

/** Names in place of this machine's ports and folders. */
const context = {
  port,
  at: (name: string) => `127.0.0.1:<${name}>`,
  folder: (program: string) => `<${program}>`,
} as unknown as Context;

const receivers = {
  default: [{ kind: "webhook", url: { existingSecret: "receivers", key: "default" } }],
  premium: [{ kind: "email", to: "premium@example.com" }],
  smtp: {
    host: "mail.example.com",
    from: "alerts@example.com",
    username: "a",
    password: { existingSecret: "receivers", key: "password" },
  },
};

const stacks = {
  small: stackOf({ ...minimal, alertmanager: receivers }),
  standard: stackOf({ ...production, alertmanager: receivers }),
};

/** What the Prometheus operator writes, as far as the table knows of it. */
const written = {
  global: { scrape_interval: "30s", evaluation_interval: "30s", external_labels: { environment: "test" } },
  rule_files: ["/etc/prometheus/rules/prometheus-main-rulefiles-0/*.yaml"],
  scrape_configs: [
    {
      job_name: "podMonitor/observability/redis/0",
      kubernetes_sd_configs: [{ role: "pod", namespaces: { names: ["observability"] } }],
      relabel_configs: [
        {
          action: "keep",
          source_labels: [
            "__meta_kubernetes_pod_label_app_kubernetes_io_name",
            "__meta_kubernetes_pod_labelpresent_app_kubernetes_io_name",
          ],
          regex: "(valkey);true",
        },
        { action: "keep", source_labels: ["__meta_kubernetes_pod_container_port_number"], regex: 9121 },
        { source_labels: ["__meta_kubernetes_pod_name"], target_label: "pod" },
        { action: "keep", source_labels: ["__tmp_hash"], regex: "0" },
      ],
    },
    {
      job_name: "podMonitor/observability/grafana/0",
      kubernetes_sd_configs: [{ role: "pod", namespaces: { names: ["observability"] } }],
    },
  ],
  alerting: {
    alertmanagers: [
      {
        kubernetes_sd_configs: [{ role: "endpointslice" }],
        relabel_configs: [
          {
            action: "keep",
            source_labels: ["__meta_kubernetes_service_name"],
            regex: "alertmanager-main",
          },
        ],
      },
    ],
  },
  remote_write: [{ url: "http://prometheus-long-term-0.prometheus-operated:9090/api/v1/write" }],
};

const configurations = (stack: (typeof stacks)[keyof typeof stacks]): Record<string, object> => ({
  loki: lokiConfig(stack, "/etc/loki/runtime-config/runtime-config.yaml"),
  tempo: tempoConfig(stack, "/conf/overrides.yaml"),
  prometheus: written,
  "long-term-prometheus": written,
  alertmanager: alertmanagerConfig(stack),
  collector: collectorConfig(stack),
  redis: {},
  postgresql: clusterSpec(stack, { name: "grafana", user: "grafana", password: { secret: "owner" } })
    .postgresql,
});

/** The lines in which two configurations differ, without what is around them. */
const differences = (before: string, after: string) =>
  diffLines(before, after, 0).filter((line) => /^[+-]/.test(line));

const text = (config: object) =>
  stringify(config, { lineWidth: 0, aliasDuplicateObjects: false, sortMapEntries: true });

describe("a configuration on one machine", () => {
  for (const [size, stack] of Object.entries(stacks)) {
    it(`differs from the deployed one of a ${size} stack in what was reviewed, and in nothing else`, () => {
      const programs = Object.entries(configurations(stack)).map(
        ([program, deployed]): [string, string[]] => [
          program,
          differences(text(deployed), text(adapt(program, deployed, context))),
        ],
      );
      const gateway = gatewayConfig(stack);
      const now = stringify(
        Object.fromEntries([
          ...programs,
          ["gateway", differences(gateway, adaptDirectives("gateway", gateway, context))],
        ]),
        { lineWidth: 0 },
      ).replaceAll("daemon off; user root;", "daemon off;");
      const path = join(import.meta.dirname, "snapshots", `${size}.yaml`);
      if (process.env["UPDATE_SNAPSHOTS"]) {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, now);
      }
      assert.ok(
        existsSync(path),
        "There is no snapshot yet: UPDATE_SNAPSHOTS=1 npm test -- test/local/live/differences.test.ts",
      );
      assert.equal(now, readFileSync(path, "utf8"));
    });

    it(`has no address of a ${size} stack's cluster left`, () => {
      for (const [program, deployed] of Object.entries(configurations(stack))) {
        const left = text(adapt(program, deployed, context)).match(
          /(?<![\w.<-])[a-z][a-z0-9.-]+:\d{4,5}\b|amazonaws|0\.0\.0\.0/g,
        );
        assert.deepEqual(left, null, program);
      }
    });
  }

  it("is named by the table for settings that a deployed one has, in one size or the other", () => {
    for (const [program, rows] of Object.entries(settings)) {
      for (const [path, here] of Object.entries(rows)) {
        const differs = Object.values(stacks).some((stack) => {
          const deployed = configurations(stack)[program] ?? {};
          return text(withSettings(deployed, { [path]: here }, context) as object) !== text(deployed);
        });
        assert.ok(differs, `${program}: ${path} changes nothing`);
      }
    }
  });
});

describe("a scrape job on one machine", () => {
  const adapted = adapt("prometheus", written, context) as unknown as {
    scrape_configs: { static_configs: { targets: string[]; labels: Record<string, string> }[] }[];
  };

  it("finds the pod that its own rules keep", () => {
    assert.deepEqual(adapted.scrape_configs[0]?.static_configs, [
      {
        targets: [`127.0.0.1:<${targets["redis"]}>`],
        labels: {
          __meta_kubernetes_namespace: "observability",
          __meta_kubernetes_pod_name: "redis-0",
          __meta_kubernetes_pod_container_name: "redis",
          __meta_kubernetes_pod_node_name: "this-machine",
          __meta_kubernetes_pod_label_app_kubernetes_io_name: "valkey",
          __meta_kubernetes_pod_labelpresent_app_kubernetes_io_name: "true",
          __meta_kubernetes_pod_container_port_number: "9121",
        },
      },
    ]);
  });

  it("finds none where its program cannot run", () => {
    assert.deepEqual(adapted.scrape_configs[1]?.static_configs, []);
  });
});

describe("flags on one machine", () => {
  it("listen on its own port, and keep what the operator says", () => {
    const deployed = ["--storage.tsdb.path=/prometheus", "--web.enable-lifecycle", "--web.config.file=/x"];
    assert.deepEqual(adaptFlags("prometheus", deployed, context), [
      "--storage.tsdb.path=<prometheus>/data",
      "--web.enable-lifecycle",
      "--web.listen-address=127.0.0.1:<prometheus-http>",
    ]);
  });
});
