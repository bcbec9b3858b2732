/**
 * Programs that do not run without a cluster, and those of their metrics that rules or dashboards read: each with the place where
 * the program's authors say that it has it.
 */
export const unavailable: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  CloudNativePG: {
    cnpg_collector_up:
      "github.com/cloudnative-pg/cloudnative-pg v1.30.0, pkg/management/postgres/webserver/metricserver/pg_collector.go",
    cnpg_pg_replication_lag:
      "github.com/cloudnative-pg/cloudnative-pg v1.30.0, config/manager/default-monitoring.yaml, pg_replication.lag",
    cnpg_pg_stat_archiver_seconds_since_last_archival:
      "github.com/cloudnative-pg/cloudnative-pg v1.30.0, config/manager/default-monitoring.yaml, pg_stat_archiver.seconds_since_last_archival",
  },
  "CloudNativePG's backup plugin": {
    barman_cloud_cloudnative_pg_io_last_available_backup_timestamp:
      "https://cloudnative-pg.io/plugin-barman-cloud/docs/observability",
  },
  "cert-manager": {
    certmanager_certificate_expiration_timestamp_seconds:
      "github.com/cert-manager/cert-manager v1.21.1, internal/collectors/certificate_collector.go",
  },
  "kube-state-metrics": {
    kube_deployment_status_replicas_available:
      "https://github.com/kubernetes/kube-state-metrics/blob/main/docs/metrics/workload/deployment-metrics.md",
    kube_pod_container_status_restarts_total:
      "https://github.com/kubernetes/kube-state-metrics/blob/main/docs/metrics/workload/pod-metrics.md",
  },
  "the kubelet": {
    kubelet_volume_stats_available_bytes: "k8s.io/kubernetes v1.37.2, pkg/kubelet/metrics/metrics.go",
    kubelet_volume_stats_capacity_bytes: "k8s.io/kubernetes v1.37.2, pkg/kubelet/metrics/metrics.go",
  },
};

/** The program of a metric that one of the queries reads, if it is one of those. */
export const missingProgram = (queries: readonly string[]): string | undefined =>
  Object.entries(unavailable).find(([, metrics]) =>
    Object.keys(metrics).some((metric) => queries.some((query) => query.includes(metric))),
  )?.[0];
