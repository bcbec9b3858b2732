interface Unavailable {
  program: string;
  /** Of its own, those that rules or dashboards read: each with the place where the program's authors say that it has it. */
  metrics: Readonly<Record<string, string>>;
  /** Of others' metrics, what is only there when it runs: as it stands in queries. */
  selectors?: readonly string[];
}

/** Programs that do not run on one machine without a cluster. */
export const unavailable: readonly Unavailable[] = [
  {
    program: "CloudNativePG",
    metrics: {
      cnpg_collector_up:
        "github.com/cloudnative-pg/cloudnative-pg v1.30.0, pkg/management/postgres/webserver/metricserver/pg_collector.go",
      cnpg_pg_replication_lag:
        "github.com/cloudnative-pg/cloudnative-pg v1.30.0, config/manager/default-monitoring.yaml, pg_replication.lag",
      cnpg_pg_stat_archiver_seconds_since_last_archival:
        "github.com/cloudnative-pg/cloudnative-pg v1.30.0, config/manager/default-monitoring.yaml, pg_stat_archiver.seconds_since_last_archival",
    },
  },
  {
    program: "CloudNativePG's backup plugin",
    metrics: {
      barman_cloud_cloudnative_pg_io_last_available_backup_timestamp:
        "https://cloudnative-pg.io/plugin-barman-cloud/docs/observability",
    },
  },
  {
    program: "cert-manager",
    metrics: {
      certmanager_certificate_expiration_timestamp_seconds:
        "github.com/cert-manager/cert-manager v1.21.1, internal/collectors/certificate_collector.go",
    },
  },
  {
    program: "kube-state-metrics",
    metrics: {
      kube_deployment_status_replicas_available:
        "https://github.com/kubernetes/kube-state-metrics/blob/main/docs/metrics/workload/deployment-metrics.md",
      kube_pod_container_status_restarts_total:
        "https://github.com/kubernetes/kube-state-metrics/blob/main/docs/metrics/workload/pod-metrics.md",
    },
  },
  {
    program: "the kubelet",
    metrics: {
      kubelet_volume_stats_available_bytes: "k8s.io/kubernetes v1.37.2, pkg/kubelet/metrics/metrics.go",
      kubelet_volume_stats_capacity_bytes: "k8s.io/kubernetes v1.37.2, pkg/kubelet/metrics/metrics.go",
    },
  },
  { program: "Grafana", metrics: {}, selectors: ['up{job="grafana"}'] },
  { program: "a second Alertmanager", metrics: {}, selectors: ["alertmanager_cluster_members"] },
];

/** The program that one of the queries is about, if it is one of those. */
export const missingProgram = (queries: readonly string[]): string | undefined =>
  unavailable.find(({ metrics, selectors = [] }) =>
    [...Object.keys(metrics), ...selectors].some((text) => queries.some((query) => query.includes(text))),
  )?.program;
