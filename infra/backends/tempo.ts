import type { StackConfig, Tenant } from "../config/schema.ts";
import { objectStoreOf } from "../object-store.ts";
import { sizesOf } from "../sizes.ts";
import { names, replicaAddresses, workloads } from "../topology.ts";
import { byTenant, bytesPerSecond } from "./tenants.ts";

const { ports } = workloads.tempo;

/** Service of all Tempo processes, through which they find each other. */
const gossipRing = `${names.tempo}-gossip-ring`;

/** Seconds; a boundary at each latency that an SLO names. */
const latencyBuckets = [0.005, 0.01, 0.025, 0.05, 0.08, 0.1, 0.2, 0.25, 0.5, 1, 2.5, 5, 10];

/** How late spans may come and still be found by their time, in hours: as long as the SDK's spool keeps them by default. */
const lateHours = 24;

/** The folder of Tempo's volume. */
const tempoDataFolder = "/var/tempo";

/**
 * Tempo's configuration: one process (`small`) or microservices that share this file (`standard`).
 *
 * Only keys that Tempo 2.8 and 2.10 both know. Credentials of the object store come from the environment
 * (`AWS_ACCESS_KEY_ID`, …) or the service account's role, never from here.
 * @param overridesFile where the per-tenant limits (`tempoOverrides`) are mounted.
 */
export function tempoConfig(stack: StackConfig, overridesFile: string) {
  const distributed = stack.size === "standard";
  const ring = { kvstore: { store: distributed ? "memberlist" : "inmemory" } };
  return {
    multitenancy_enabled: true,
    stream_over_http_enabled: true,
    usage_report: { reporting_enabled: false },
    server: {
      http_listen_port: ports.http.number,
      grpc_listen_port: ports.grpc.number,
      // A query's parts and a tenant's batch pass between processes in one message.
      grpc_server_max_recv_msg_size: 16 * 1024 * 1024,
      grpc_server_max_send_msg_size: 16 * 1024 * 1024,
      log_format: "json",
    },
    ...(distributed
      ? {
          memberlist: {
            bind_port: ports.gossip.number,
            join_members: [`dns+${gossipRing}:${ports.gossip.number}`],
            abort_if_cluster_join_fails: false,
          },
        }
      : {}),
    distributor: {
      ring,
      receivers: { otlp: { protocols: { grpc: { endpoint: `0.0.0.0:${ports.otlpGrpc.number}` } } } },
      // Without it a sender takes a spent rate limit for a final refusal, and drops what it should send again.
      retry_after_on_resource_exhausted: "5s",
    },
    ingester: {
      lifecycler: {
        ring: { ...ring, replication_factor: distributed ? 3 : 1 },
        ...(distributed ? {} : { min_ready_duration: "0s" }),
      },
      // A trace is in memory alone until both have passed since its last span: what an ingester that is killed can lose.
      trace_idle_period: "5s",
      flush_check_period: "5s",
      max_block_duration: "15m",
      flush_all_on_shutdown: true,
    },
    querier: distributed
      ? {
          frontend_worker: {
            frontend_address: `${names.tempo}-query-frontend-discovery:${ports.grpc.number}`,
          },
        }
      : {},
    query_frontend: {
      multi_tenant_queries_enabled: true,
      search: {
        // Retention bounds a search; a second bound would hide what is still there.
        max_duration: "0s",
        // A late span is with the ingesters for as long as any other.
        query_ingesters_until: `${lateHours + 1}h`,
      },
    },
    compactor: {
      // A compactor in a ring waits a minute for others before Tempo is ready.
      ...(distributed ? { ring } : {}),
      compaction: {
        block_retention: `${stack.tempo.retentionHours}h`,
        compacted_block_retention: "1h",
      },
    },
    metrics_generator: { ring, ...metricsGenerator(stack) },
    storage: {
      trace: {
        ...blockStore(stack),
        wal: {
          path: `${tempoDataFolder}/wal`,
          // What is later counts as of now: no search of its own time finds it.
          ingestion_time_range_slack: `${lateHours}h`,
        },
      },
    },
    overrides: {
      defaults: { metrics_generator: { processors: generated } },
      per_tenant_override_config: overridesFile,
    },
  };
}

const generated = ["service-graphs", "span-metrics"];

/** Labels of span metrics beside Tempo's own; heeded among a tenant's limits only, not in the processor's settings. */
const spanLabels = [
  { name: "environment", source_labels: ["deployment.environment.name"], join: "" },
  { name: "version", source_labels: ["service.version"], join: "" },
];

/** Metrics from spans, each series with its tenant, to every Prometheus. */
function metricsGenerator(stack: StackConfig) {
  return {
    registry: { inject_tenant_id_as: "tenant_id" },
    processor: {
      service_graphs: { histogram_buckets: latencyBuckets },
      span_metrics: { histogram_buckets: latencyBuckets },
    },
    storage: {
      path: `${tempoDataFolder}/generator/wal`,
      remote_write: replicaAddresses(stack).prometheus.map((address) => ({
        url: `http://${address}/api/v1/write`,
        send_exemplars: true,
      })),
    },
  };
}

function blockStore(stack: StackConfig) {
  const store = objectStoreOf(stack);
  return {
    backend: "s3",
    s3: {
      bucket: store.bucket("traces"),
      region: store.region,
      endpoint: store.endpoint ?? `s3.${store.region}.amazonaws.com`,
      insecure: store.insecure,
      forcepathstyle: store.pathStyle,
    },
  };
}

/** The limits of each tenant, by id. An entry replaces the defaults as a whole, so it holds all of them. */
export function tempoOverrides(stack: StackConfig) {
  return byTenant(stack, ({ tracesMiBPerSecond, tracesRetentionHours }: Tenant) => {
    const rateBytes = bytesPerSecond(tracesMiBPerSecond);
    return {
      ingestion: {
        rate_strategy: "global",
        rate_limit_bytes: rateBytes,
        // A burst takes at least one whole batch of the Collector: a larger batch could never pass.
        burst_size_bytes: Math.max(2 * rateBytes, 8 * 1024 * 1024),
        max_traces_per_user: 50_000,
      },
      global: { max_bytes_per_trace: 20_000_000 },
      compaction: { block_retention: `${tracesRetentionHours ?? stack.tempo.retentionHours}h` },
      metrics_generator: {
        processors: generated,
        processor: { span_metrics: { dimension_mappings: spanLabels } },
        // As the exemplars of pushed metrics have it: one link from a graph to its trace.
        trace_id_label_name: "trace_id",
        max_active_series: sizesOf(stack).tempo.replicas * 20_000,
      },
    };
  });
}
