import { counter, gauge, histogram, noise, type Series, workload } from "./series.ts";

const hour = 3600;
const day = 24 * hour;
const gibibyte = 2 ** 30;

/** Programs of the stack by scrape job: resident memory in MiB, cores in use. */
const jobs: Record<string, readonly [memoryMiB: number, cores: number]> = {
  prometheus: [2400, 0.7],
  "long-term-prometheus": [600, 0.1],
  loki: [1900, 0.5],
  tempo: [1600, 0.4],
  collector: [700, 0.6],
  grafana: [350, 0.1],
  alertmanager: [120, 0.02],
  database: [500, 0.15],
  redis: [60, 0.03],
};
const items = { spans: 900, metric_points: 4000, log_records: 600 } as const;
const volumes = { prometheus: 0.55, loki: 0.35, tempo: 0.42, database: 0.2 } as const;
const certificates = { grafana: 61, gateway: 34, "otlp-gateway": 74 } as const;

const wavy =
  (of: number, key: string, swing = 0.1) =>
  (seconds: number) =>
    of * (1 - swing + swing * workload(seconds)) * (1 + 0.4 * swing * (noise(key, seconds) - 0.5));
const never = () => 0;

/**
 * Series of the stack's own programs, by the names that these programs have.
 * @param end the time that dashboards look at last, in seconds since 1970.
 */
export const stack = (tenants: readonly string[], end: number): Series[] => [
  ...Object.entries(jobs).flatMap(([job, [memoryMiB, cores]]) => {
    const labels = { job, pod: `${job}-0` };
    return [
      gauge("up", labels, () => 1),
      gauge("process_resident_memory_bytes", labels, wavy(memoryMiB * 2 ** 20, job)),
      counter("process_cpu_seconds_total", labels, wavy(cores, job, 0.5)),
    ];
  }),
  ...collector(),
  ...prometheus(tenants.length),
  ...backends(tenants),
  ...alerting(tenants, end),
  ...storage(end),
];

const collector = (): Series[] => {
  const pod = "collector-0";
  return [
    ...Object.entries(items).flatMap(([item, perSecond]) => [
      counter(
        `otelcol_receiver_accepted_${item}_total`,
        { pod, receiver: "otlp" },
        wavy(perSecond, item, 0.6),
      ),
      counter(`otelcol_receiver_refused_${item}_total`, { pod, receiver: "otlp" }, never),
      counter(`otelcol_exporter_send_failed_${item}_total`, { pod, exporter: "otlphttp" }, never),
    ]),
    ...["otlphttp/loki", "otlphttp/tempo", "prometheusremotewrite"].flatMap((exporter) => {
      const labels = { pod, exporter, data_type: "all" };
      return [
        gauge("otelcol_exporter_queue_size", labels, (seconds) =>
          Math.round(60 * workload(seconds) * noise(exporter, seconds)),
        ),
        gauge("otelcol_exporter_queue_capacity", labels, () => 1000),
      ];
    }),
  ];
};

const prometheus = (tenants: number): Series[] =>
  ["prometheus", "long-term-prometheus"].flatMap((job, index) => {
    const labels = { job, pod: `${job}-0` };
    const held = (20_000 + 1500 * tenants) / (1 + 9 * index);
    return [
      counter("prometheus_tsdb_head_samples_appended_total", labels, wavy(held / 30, job)),
      gauge("prometheus_tsdb_head_series", labels, wavy(held, job, 0.05)),
      counter("prometheus_rule_evaluation_failures_total", labels, never),
      counter("prometheus_rule_group_iterations_missed_total", labels, never),
      ...(index === 0
        ? [
            counter("prometheus_remote_storage_samples_failed_total", labels, never),
            counter("prometheus_remote_storage_samples_retried_total", labels, never),
          ]
        : []),
    ];
  });

const backends = (tenants: readonly string[]): Series[] => [
  ...tenants.flatMap((tenant, index) => [
    counter(
      "loki_distributor_bytes_received_total",
      { tenant },
      wavy(120_000 / (1 + index / 3), tenant, 0.9),
    ),
    counter(
      "tempo_distributor_bytes_received_total",
      { tenant },
      wavy(90_000 / (1 + index / 3), tenant, 0.9),
    ),
    counter("tempo_distributor_spans_received_total", { tenant }, wavy(150 / (1 + index / 3), tenant, 0.9)),
  ]),
  counter("loki_discarded_samples_total", { tenant: tenants[0] ?? "", reason: "rate_limited" }, never),
  counter("tempo_discarded_spans_total", { tenant: tenants[0] ?? "", reason: "rate_limited" }, never),
  ...["get", "get_range", "upload", "iter"].flatMap((operation, index) => [
    ...histogram(
      "loki_objstore_bucket_operation_duration_seconds",
      { operation },
      {
        buckets: [0.01, 0.1, 0.3, 0.6, 1, 3, 6],
        events: wavy(8 / (index + 1), operation, 0.6),
        median: wavy(0.03 * (index + 1), operation, 0.4),
        withBuckets: true,
      },
    ),
    counter("loki_objstore_bucket_operation_failures_total", { operation }, never),
  ]),
  lastRun("loki_boltdb_shipper_compact_tables_operation_last_successful_run_timestamp_seconds", 600),
  lastRun("loki_compactor_apply_retention_last_successful_run_timestamp_seconds", 600),
  counter("tempo_ingester_failed_flushes_total", {}, never),
  counter("tempodb_compaction_errors_total", {}, never),
  counter("tempodb_retention_errors_total", {}, never),
  counter("tempodb_retention_duration_seconds_count", {}, () => 1 / 300),
];

const lastRun = (name: string, everySeconds: number) =>
  gauge(name, {}, (seconds) => seconds - (seconds % everySeconds));

const alerting = (tenants: readonly string[], end: number): Series[] => [
  ...["email", "slack", "pagerduty"].flatMap((integration, index) => [
    counter("alertmanager_notifications_total", { integration }, wavy(0.01 / (index + 1), integration, 0.5)),
    counter("alertmanager_notifications_failed_total", { integration }, never),
  ]),
  ...[0, 1, 2].map((nth) => gauge("alertmanager_cluster_members", { pod: `alertmanager-${nth}` }, () => 3)),
  ...[
    { alertname: "UsbLatencyBreached", severity: "warning", slo: "usb-latency", from: 4.9, to: 3.9 },
    { alertname: "UsbLatencyBreached", severity: "critical", slo: "usb-latency", from: 4.8, to: 4 },
    { alertname: "UsbTransfersFailing", severity: "warning", slo: "", from: 4.8, to: 3.9 },
    { alertname: "ErrorsBudgetBurning", severity: "warning", slo: "errors", from: 3, to: 0 },
  ].map(({ from, to, slo, ...alert }) => ({
    ...gauge(
      "ALERTS",
      {
        ...alert,
        ...(slo ? { slo } : {}),
        alertstate: "firing",
        tenant_id: tenants[0] ?? "",
        service: "autoweave-hub",
      },
      () => 1,
    ),
    from: end - from * hour,
    to: end - to * hour + 1,
  })),
];

const storage = (end: number): Series[] => [
  gauge(
    "cnpg_pg_stat_archiver_seconds_since_last_archival",
    { pod: "database-1" },
    (seconds) => 60 * noise("archive", seconds),
  ),
  gauge("cnpg_pg_replication_lag", { pod: "database-2" }, (seconds) => 0.2 * noise("lag", seconds)),
  gauge(
    "barman_cloud_cloudnative_pg_io_last_available_backup_timestamp",
    {},
    (seconds) => seconds - ((seconds - 2 * hour) % day),
  ),
  ...["redis-0", "redis-1", "redis-2"].map((pod) => gauge("redis_up", { pod }, () => 1)),
  ...Object.entries(volumes).flatMap(([persistentvolumeclaim, used]) => {
    const labels = { namespace: "observability", persistentvolumeclaim };
    const size = 100 * gibibyte;
    return [
      gauge("kubelet_volume_stats_capacity_bytes", labels, () => size),
      gauge("kubelet_volume_stats_available_bytes", labels, (seconds) =>
        Math.round(size * (1 - used - (0.02 * used * (seconds - end)) / day)),
      ),
    ];
  }),
  ...Object.entries(certificates).map(([name, days]) =>
    gauge("certmanager_certificate_expiration_timestamp_seconds", { name }, () => end + days * day),
  ),
];
