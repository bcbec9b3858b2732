/** A program that the embedded environment builds from its Go module. */
export interface Tool {
  /** The folder beside this file that holds its go.mod. */
  module: string;
  /** The Go package of its main function. */
  package: string;
  version: string;
  /** Memory that its build needs, in MiB; mostly the linker's. */
  buildMiB: number;
  ldflags?: string;
  buildFlags?: readonly string[];
  /** How an installed program on the PATH says its version, and the lowest that is used instead of a build. */
  onPath?: { versionArguments: readonly string[]; atLeast: string };
  /** Comes with another tool: where that one is taken from the PATH, so is this, from the same folder. */
  comesWith?: string;
}

const kubernetesVersion = [
  "-X k8s.io/component-base/version.gitVersion=v1.37.2",
  "-X k8s.io/component-base/version.gitMajor=1",
  "-X k8s.io/component-base/version.gitMinor=37",
].join(" ");

/** One service-discovery dependency of Prometheus is in no registry; Kubernetes, static and file discovery stay. */
const prometheusFlags = ["-tags=remove_all_sd,enable_kubernetes_sd,netgo"] as const;

export const catalog = {
  pulumi: {
    module: "pulumi",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    version: "3.259.0",
    buildMiB: 2500,
    onPath: { versionArguments: ["version"], atLeast: "3.240.0" },
  },
  "pulumi-language-nodejs": {
    module: "pulumi-language-nodejs",
    package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    version: "3.50.0",
    buildMiB: 1000,
    comesWith: "pulumi",
  },
  etcd: { module: "etcd", package: "go.etcd.io/etcd/server/v3", version: "3.7.3", buildMiB: 1000 },
  "kube-apiserver": {
    module: "kubernetes",
    package: "k8s.io/kubernetes/cmd/kube-apiserver",
    version: "1.37.2",
    buildMiB: 3000,
    ldflags: kubernetesVersion,
  },
  "kube-controller-manager": {
    module: "kubernetes",
    package: "k8s.io/kubernetes/cmd/kube-controller-manager",
    version: "1.37.2",
    buildMiB: 3000,
    ldflags: kubernetesVersion,
  },
  helm: {
    module: "helm",
    package: "helm.sh/helm/v3/cmd/helm",
    version: "3.22.0",
    buildMiB: 1500,
    onPath: { versionArguments: ["version", "--short"], atLeast: "3.18.0" },
  },
  alertmanager: {
    module: "alertmanager",
    package: "github.com/prometheus/alertmanager/cmd/alertmanager",
    version: "0.31.1",
    buildMiB: 1000,
  },
  amtool: {
    module: "alertmanager",
    package: "github.com/prometheus/alertmanager/cmd/amtool",
    version: "0.31.1",
    buildMiB: 1000,
  },
  prometheus: {
    module: "prometheus",
    package: "github.com/prometheus/prometheus/cmd/prometheus",
    version: "3.16.0",
    buildMiB: 2000,
    buildFlags: prometheusFlags,
  },
  promtool: {
    module: "prometheus",
    package: "github.com/prometheus/prometheus/cmd/promtool",
    version: "3.16.0",
    buildMiB: 2000,
    buildFlags: prometheusFlags,
  },
  "prometheus-operator": {
    module: "prometheus-operator",
    package: "github.com/prometheus-operator/prometheus-operator/cmd/operator",
    version: "0.93.1",
    buildMiB: 1500,
  },
  "prom-label-proxy": {
    module: "prom-label-proxy",
    package: "github.com/prometheus-community/prom-label-proxy",
    version: "0.11.1",
    buildMiB: 800,
  },
  collector: { module: "collector", package: ".", version: "0.149.0", buildMiB: 2000 },
  loki: { module: "loki", package: "github.com/grafana/loki/v3/cmd/loki", version: "3.7.8", buildMiB: 3000 },
  tempo: { module: "tempo", package: "github.com/grafana/tempo/cmd/tempo", version: "2.8.0", buildMiB: 2500 },
  versitygw: {
    module: "versitygw",
    package: "github.com/versity/versitygw/cmd/versitygw",
    version: "1.8.0",
    buildMiB: 1000,
  },
  "nginx-prometheus-exporter": {
    module: "nginx-prometheus-exporter",
    package: "github.com/nginx/nginx-prometheus-exporter",
    version: "1.5.1",
    buildMiB: 500,
  },
  "kube-state-metrics": {
    module: "kube-state-metrics",
    package: "k8s.io/kube-state-metrics/v2",
    version: "2.15.0",
    buildMiB: 1500,
  },
  actionlint: {
    module: "actionlint",
    package: "github.com/rhysd/actionlint/cmd/actionlint",
    version: "1.7.12",
    buildMiB: 500,
  },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof catalog;

export const toolNames = Object.keys(catalog) as ToolName[];
