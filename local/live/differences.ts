import type { Context } from "./program.ts";
import { discoveredHere, jobHere } from "./discovery.ts";

/**
 * Everything in which a program on this machine differs from the deployed one. What stands in none of these tables runs as it is
 * deployed.
 */

/** Where the deployed addresses lead: a pattern of one, and a port of this machine. Of several replicas one runs here. */
export const addresses: Record<string, string> = {
  "collector:4317": "collector-otlp-grpc",
  "collector:4318": "collector-otlp-http",
  "collector:3500": "collector-loki",
  "tempo-store(-distributor)?:4317": "tempo-otlp",
  "tempo-store(-query-frontend)?:3200": "tempo-http",
  "loki-store:3100": "loki-http",
  "prom-label-proxy:8080": "prom-label-proxy-http",
  "prometheus-main(-\\d+\\.prometheus-operated)?:9090": "prometheus-http",
  "prometheus-long-term(-\\d+\\.prometheus-operated)?:9090": "long-term-prometheus-http",
  "alertmanager-main(-\\d+\\.alertmanager-operated)?:9093": "alertmanager-http",
  "s3\\.[a-z0-9-]+\\.amazonaws\\.com": "object-store-http",
  "127\\.0\\.0\\.1:8081": "gateway-status",
};

/** Where the folders and files of a program's container are: names in the program's folder. */
export const paths: Record<string, Record<string, string>> = {
  loki: {
    "/var/loki": "data",
    "/etc/loki/rules": "rules",
    "/etc/loki/runtime-config/runtime-config.yaml": "overrides.yaml",
  },
  tempo: {
    "/var/tempo": "data",
    "/conf/overrides.yaml": "overrides.yaml",
    "/runtime-config/overrides.yaml": "overrides.yaml",
  },
  prometheus: {
    "/prometheus": "data",
    "/etc/prometheus/config_out/prometheus.env.yaml": "prometheus.yaml",
    "/etc/prometheus/rules": "rules",
  },
  "long-term-prometheus": {
    "/prometheus": "data",
    "/etc/prometheus/config_out/prometheus.env.yaml": "prometheus.yaml",
    "/etc/prometheus/rules": "rules",
  },
  alertmanager: {
    "/alertmanager": "data",
    "/etc/alertmanager/config_out/alertmanager.env.yaml": "alertmanager.yaml",
    "/etc/alertmanager/secrets": "secrets",
  },
  collector: { "/var/lib/otelcol/queue": "queue" },
  gateway: {
    "/tmp": "temporary",
    "/etc/gateway-tokens/tokens.conf": "tokens.conf",
    "/dev/stdout": "access.log",
  },
};

/** The jobs of Prometheus that have a target here, and its port; the programs of the others cannot run on one machine. */
export const targets: Record<string, string> = {
  alertmanager: "alertmanager-http",
  apps: "demo-hub-health",
  collector: "collector-metrics",
  gateway: "gateway-exporter-http",
  "kube-state-metrics": "kube-state-metrics-http",
  "long-term-prometheus": "long-term-prometheus-http",
  loki: "loki-http",
  "node-exporter": "node-exporter-http",
  "prom-label-proxy": "prom-label-proxy-metrics",
  prometheus: "prometheus-http",
  "prometheus-operator": "prometheus-operator-http",
  redis: "redis-exporter-http",
  tempo: "tempo-http",
};

/** A value on this machine: itself, or made of the ports and of what is deployed. */
export type Here = Scalar | ((context: Context, deployed: unknown) => unknown);
type Scalar = string | number | boolean | undefined;

const loopback = "127.0.0.1";
const port = (name: string) => (context: Context) => context.port(name);
const at = (name: string) => (context: Context) => context.at(name);
const absent = undefined;

/** Of Loki and Tempo: every member of a ring is this one process. */
const aloneInRing = { "kvstore.store": "inmemory", instance_addr: loopback };
const under = (path: string, values: Record<string, Here>) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`${path}.${key}`, value]));

/** Settings of the configurations, by program and path. `*` is every key; `absent` takes one out. */
export const settings: Record<string, Record<string, Here>> = {
  loki: {
    // Addresses
    "server.http_listen_address": loopback,
    "server.http_listen_port": port("loki-http"),
    "server.grpc_listen_address": loopback,
    "server.grpc_listen_port": port("loki-grpc"),
    "common.instance_addr": loopback,
    // Ring store
    "common.ring.kvstore.store": "inmemory",
    "common.replication_factor": 1,
    "ingester.lifecycler.min_ready_duration": "0s",
    "ruler.enable_sharding": false,
    memberlist: absent,
    // The object store: no TLS, and no name for each bucket
    "storage_config.object_store.s3.insecure": true,
    "storage_config.object_store.s3.bucket_lookup_type": "path",
    // Intervals: what is to be deleted goes while one looks
    "compactor.compaction_interval": "10s",
    "compactor.retention_delete_delay": "5s",
    "compactor.delete_request_cancel_period": "0s",
    "storage_config.tsdb_shipper.resync_interval": "5s",
  },
  tempo: {
    // Addresses
    "server.http_listen_address": loopback,
    "server.http_listen_port": port("tempo-http"),
    "server.grpc_listen_address": loopback,
    "server.grpc_listen_port": port("tempo-grpc"),
    "distributor.receivers.otlp.protocols.grpc.endpoint": at("tempo-otlp"),
    "querier.frontend_worker": absent,
    // Ring store
    ...under("distributor.ring", aloneInRing),
    ...under("metrics_generator.ring", aloneInRing),
    "ingester.lifecycler.address": loopback,
    "ingester.lifecycler.ring.kvstore.store": "inmemory",
    "ingester.lifecycler.ring.replication_factor": 1,
    "ingester.lifecycler.min_ready_duration": "0s",
    "compactor.ring": absent,
    memberlist: absent,
    // The object store: no TLS, and no name for each bucket
    "storage.trace.s3.insecure": true,
    "storage.trace.s3.forcepathstyle": true,
    // Intervals: a trace is found within seconds, its metrics too, and what is to be deleted goes while one looks
    "ingester.trace_idle_period": "1s",
    "ingester.flush_check_period": "1s",
    // Each check adds a file to the block that is being written, and a search reads them all
    "ingester.max_block_duration": "1m",
    "metrics_generator.registry.collection_interval": "5s",
    "compactor.compaction.compaction_cycle": "5s",
    "compactor.compaction.compacted_block_retention": "10s",
    "storage.trace.blocklist_poll": "5s",
  },
  prometheus: {
    // Addresses: there are no pods to be discovered
    "scrape_configs.*": jobHere(targets),
    "alerting.alertmanagers.*": discoveredHere("alertmanager-http"),
    // Intervals: an alert within a minute
    "global.scrape_interval": "5s",
    "global.evaluation_interval": "5s",
  },
  "long-term-prometheus": {
    "global.evaluation_interval": "5s",
  },
  alertmanager: {
    // The desk's mail server has no TLS
    "global.smtp_smarthost": at("desk-smtp"),
    "global.smtp_require_tls": false,
  },
  collector: {
    "extensions.health_check.endpoint": at("collector-health"),
    "receivers.otlp.protocols.grpc.endpoint": at("collector-otlp-grpc"),
    "receivers.otlp.protocols.http.endpoint": at("collector-otlp-http"),
    "receivers.loki.protocols.http.endpoint": at("collector-loki"),
    "service.telemetry.metrics.readers.*.pull.exporter.prometheus.host": loopback,
    "service.telemetry.metrics.readers.*.pull.exporter.prometheus.port": port("collector-metrics"),
  },
  redis: {
    bind: loopback,
    port: port("redis-redis"),
    dir: ({ folder }) => folder("redis"),
  },
  postgresql: {
    "parameters.listen_addresses": loopback,
    "parameters.port": port("postgresql-sql"),
    "parameters.unix_socket_directories": "",
    // The certificates are the operator's
    pg_hba: () => ["host all all 127.0.0.1/32 scram-sha-256"],
  },
};

/** Command-line flags that differ, by program. */
export const flags: Record<string, Record<string, Here>> = {
  prometheus: { "web.listen-address": at("prometheus-http"), "web.config.file": absent },
  "long-term-prometheus": {
    "web.listen-address": at("long-term-prometheus-http"),
    "web.config.file": absent,
  },
  alertmanager: {
    "web.listen-address": at("alertmanager-http"),
    "web.config.file": absent,
    "cluster.listen-address": "",
    "cluster.peer": absent,
    "cluster.peer-name": absent,
    "cluster.label": absent,
    "cluster.reconnect-timeout": absent,
  },
  "gateway-exporter": { "web.listen-address": at("gateway-exporter-http") },
  "prom-label-proxy": {
    "insecure-listen-address": at("prom-label-proxy-http"),
    "internal-listen-address": at("prom-label-proxy-metrics"),
  },
};

/** Directives of the gateway's configuration. */
export const directives: Record<string, (context: Context) => string> = {
  "daemon off;": () => (process.getuid?.() === 0 ? "daemon off; user root;" : "daemon off;"),
  "listen 4317 http2;": ({ at }) => `listen ${at("gateway-otlp-grpc")} http2;`,
  "listen 4318;": ({ at }) => `listen ${at("gateway-otlp-http")};`,
  "listen 3200;": ({ at }) => `listen ${at("gateway-tempo")};`,
  "listen 3100;": ({ at }) => `listen ${at("gateway-loki")};`,
  "listen 9090;": ({ at }) => `listen ${at("gateway-prometheus")};`,
  "listen 8081;": ({ at }) => `listen ${at("gateway-status")};`,
};
