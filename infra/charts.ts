import * as k8s from "@pulumi/kubernetes";
import type { CustomResourceOptions, Input } from "@pulumi/pulumi";

/** Where a pinned chart comes from: an OCI registry (`oci://…`, the chart's name appended) or a Helm repository. */
export interface ChartSource {
  repository: string;
  version: string;
}

const grafanaCommunity = "oci://ghcr.io/grafana-community/helm-charts";
const prometheusCommunity = "oci://ghcr.io/prometheus-community/charts";
const cloudNativePg = "https://cloudnative-pg.github.io/charts";

/** Every chart that the stack installs, pinned. */
export const charts = {
  "cert-manager": { repository: "oci://quay.io/jetstack/charts", version: "v1.21.1" },
  "cloudnative-pg": { repository: cloudNativePg, version: "0.29.0" },
  grafana: { repository: grafanaCommunity, version: "12.11.1" },
  "kube-prometheus-stack": { repository: prometheusCommunity, version: "88.5.3" },
  loki: { repository: grafanaCommunity, version: "18.11.0" },
  "opentelemetry-collector": {
    repository: "https://open-telemetry.github.io/opentelemetry-helm-charts",
    version: "0.170.0",
  },
  "plugin-barman-cloud": { repository: cloudNativePg, version: "0.7.0" },
  "prom-label-proxy": { repository: prometheusCommunity, version: "0.22.0" },
  "prometheus-operator-crds": { repository: prometheusCommunity, version: "31.0.1" },
  tempo: { repository: grafanaCommunity, version: "2.2.4" },
  // The last line whose microservices need no Kafka.
  "tempo-distributed": { repository: grafanaCommunity, version: "2.26.2" },
  valkey: { repository: "https://valkey.io/valkey-helm/", version: "0.11.0" },
} as const satisfies Record<string, ChartSource>;

export type ChartName = keyof typeof charts;

export interface ReleaseArgs {
  chart: ChartName;
  namespace: Input<string>;
  /** The chart's values. No secret stands in them: pass the name of a Secret. */
  values: Record<string, unknown>;
}

/** Installs a pinned chart as the Helm release `name`; a failed update rolls back. Waits for at most ten minutes. */
export function release(
  name: string,
  { chart, namespace, values }: ReleaseArgs,
  opts: CustomResourceOptions,
) {
  const { repository, version } = charts[chart];
  const oci = repository.startsWith("oci://");
  return new k8s.helm.v3.Release(
    name,
    {
      name,
      chart: oci ? `${repository}/${chart}` : chart,
      ...(oci ? {} : { repositoryOpts: { repo: repository } }),
      version,
      namespace,
      values,
      atomic: true,
      timeout: 600,
      maxHistory: 5,
    },
    opts,
  );
}
