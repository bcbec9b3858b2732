import type { StackConfig } from "../config/schema.ts";
import { objectStoreOf } from "../object-store.ts";
import { mebibytes } from "../quantities.ts";
import { sizesOf } from "../sizes.ts";
import { names, replicaAddresses, workloads } from "../topology.ts";
import { byTenant, requireTenants } from "./tenants.ts";

const { ports } = workloads.loki;

/** The folder of Loki's volume. */
const lokiDataFolder = "/var/loki";

/** Holds a folder per tenant with its rules. */
export const lokiRulesFolder = "/etc/loki/rules";

/** Service of all Loki processes, through which they find each other. */
const memberlist = `${names.loki}-memberlist`;

/**
 * Loki's configuration: a single process (`small`), or three that each do everything and hold every line (`standard`).
 *
 * Credentials of the object store come from the environment (`AWS_ACCESS_KEY_ID`, …) or the service account's role.
 * Each replica keeps the requests for deletion that it was sent: one has to reach all of them.
 * @param overridesFile where the per-tenant limits (`lokiOverrides`) are mounted.
 * @throws when the stack has no tenant.
 */
export function lokiConfig(stack: StackConfig, overridesFile: string) {
  requireTenants(stack);
  const { replicas, resources } = sizesOf(stack).loki;
  const clustered = replicas > 1;
  const retention = `${stack.loki.retentionHours}h`;
  return {
    auth_enabled: true,
    analytics: { reporting_enabled: false },
    server: {
      http_listen_port: ports.http.number,
      grpc_listen_port: ports.grpc.number,
      grpc_server_max_recv_msg_size: messageBytes,
      grpc_server_max_send_msg_size: messageBytes,
      log_format: "json",
    },
    common: {
      path_prefix: lokiDataFolder,
      replication_factor: replicas,
      ring: { kvstore: { store: clustered ? "memberlist" : "inmemory" } },
    },
    ...(clustered
      ? {
          memberlist: {
            bind_port: ports.gossip.number,
            join_members: [`${memberlist}:${ports.gossip.number}`],
            abort_if_cluster_join_fails: false,
          },
        }
      : {}),
    schema_config: {
      configs: [
        {
          from: "2025-01-01",
          store: "tsdb",
          object_store: "s3",
          schema: "v13",
          index: { prefix: "index_", period: "24h" },
        },
      ],
    },
    storage_config: {
      use_thanos_objstore: true,
      object_store: { s3: chunkStore(stack), filesystem: { dir: `${lokiDataFolder}/deletions` } },
      tsdb_shipper: {
        active_index_directory: `${lokiDataFolder}/index`,
        cache_location: `${lokiDataFolder}/index-cache`,
      },
    },
    ingester: {
      // Time for the others of a ring to learn of it.
      lifecycler: { min_ready_duration: clustered ? "15s" : "0s" },
      chunk_encoding: "snappy",
      chunk_idle_period: "30m",
      max_chunk_age: "2h",
      wal: {
        enabled: true,
        dir: `${lokiDataFolder}/wal`,
        flush_on_shutdown: true,
        // A replay that may fill the whole limit is killed, restarted and killed again.
        replay_memory_ceiling: `${Math.floor(mebibytes(resources.limits.memory) / 2)}MB`,
      },
    },
    compactor: {
      working_directory: `${lokiDataFolder}/compactor`,
      retention_enabled: true,
      // Each replica keeps the requests that it was sent to itself: in one file in the bucket, one writes over the other's.
      delete_request_store: "filesystem",
      // Whichever of them compacts next deletes the chunks that the one before has marked.
      deletion_marker_object_store_prefix: "deletion-markers/",
      // Within this time an erasure can be taken back.
      delete_request_cancel_period: "24h",
    },
    limits_config: {
      ...defaultLimits,
      retention_period: retention,
      reject_old_samples: true,
      reject_old_samples_max_age: retention,
      // A longer search would find nothing; zero leaves the bound to the retention.
      max_query_length: "0s",
    },
    runtime_config: { file: overridesFile },
    // Who asks and who answers queries look for each other in the ring first after this long: until then Loki is not ready.
    frontend: { scheduler_dns_lookup_period: "1s" },
    frontend_worker: { dns_lookup_duration: "1s" },
    querier: { multi_tenant_queries_enabled: true },
    query_range: {
      cache_results: true,
      results_cache: { cache: { embedded_cache: { enabled: true, max_size_mb: 64, ttl: "1h" } } },
    },
    ruler: {
      enable_api: true,
      rule_path: `${lokiDataFolder}/rules`,
      alertmanager_url: replicaAddresses(stack)
        .alertmanager.map((address) => `http://${address}`)
        .join(","),
      enable_alertmanager_v2: true,
      enable_sharding: clustered,
    },
    ruler_storage: { backend: "local", local: { directory: lokiRulesFolder } },
  };
}

/** The largest message between processes, in bytes: a query's result, or a batch of lines. */
const messageBytes = 16 * 1024 * 1024;

const defaultLimits = {
  allow_structured_metadata: true,
  // The labels of a stream; everything else that a line carries is structured metadata.
  otlp_config: {
    resource_attributes: {
      ignore_defaults: true,
      attributes_config: [
        { action: "index_label", attributes: ["service.name", "deployment.environment.name"] },
      ],
    },
  },
  // Few labels make few, wide streams: they are bounded by the tenant's rate, and not split when they are fast.
  per_stream_rate_limit: "64MB",
  per_stream_rate_limit_burst: "128MB",
  shard_streams: {
    enabled: false,
    // What an app has kept back makes streams of its own: in that of newer lines it would be refused as too far behind.
    time_sharding_enabled: true,
  },
  max_line_size: "256KB",
  max_line_size_truncate: true,
  discover_log_levels: true,
  volume_enabled: true,
  deletion_mode: "filter-and-delete",
};

function chunkStore(stack: StackConfig) {
  const store = objectStoreOf(stack);
  return {
    bucket_name: store.bucket("logs"),
    region: store.region,
    endpoint: store.endpoint ?? `s3.${store.region}.amazonaws.com`,
    insecure: store.insecure,
    bucket_lookup_type: store.pathStyle ? "path" : "auto",
  };
}

/** Each tenant's own limits, as the file that `runtime_config` names. Loki reads it again every few seconds. */
export function lokiOverrides(stack: StackConfig) {
  return {
    overrides: byTenant(stack, ({ logsMiBPerSecond, logsRetentionHours }) => {
      const retention = `${logsRetentionHours ?? stack.loki.retentionHours}h`;
      return {
        ingestion_rate_mb: logsMiBPerSecond,
        // A burst takes at least one whole batch of the Collector: a larger batch could never pass.
        ingestion_burst_size_mb: Math.max(2 * logsMiBPerSecond, 8),
        retention_period: retention,
        reject_old_samples_max_age: retention,
      };
    }),
  };
}
