import type { StackConfig, Tenant } from "../config/schema.ts";
import { mebibytes } from "../quantities.ts";
import { sizesOf } from "../sizes.ts";
import { addresses, replicaAddresses, workloads } from "../topology.ts";
import { metricLabels, redaction, senderAttribute, tenancy } from "./collector/identity.ts";
import { queue, retryForever } from "./collector/queue.ts";
import { requireTenants, tenantHeader } from "./tenants.ts";

type Signal = "traces" | "metrics" | "logs";

const signals: readonly Signal[] = ["traces", "metrics", "logs"];

const { ports } = workloads.collector;
const listen = (port: { number: number }) => `0.0.0.0:${port.number}`;

/** Where the queues outlive the process. */
export const collectorQueueFolder = "/var/lib/otelcol/queue";

/**
 * The Collector's configuration. What arrives goes through
 * 1. a memory limit, which refuses rather than loses: the sender keeps what is refused and tries again,
 * 2. the tenant's settlement (`collector/identity.ts`) and redaction,
 * 3. a split by tenant; what no credential may say goes to `refused`, where it is dropped and counted,
 * 4. a queue on disk per tenant and backend, from which it is sent until it is taken.
 *
 * Only keys that versions 0.149 and 0.158 both know.
 * @throws when the stack has no tenant.
 */
export function collectorConfig(stack: StackConfig) {
  const tenants = requireTenants(stack);
  const perTenant = tenants.flatMap((tenant) => signals.map((signal) => ({ tenant, signal })));
  return {
    extensions: {
      health_check: { endpoint: listen(ports.health) },
      file_storage: {
        directory: collectorQueueFolder,
        create_directory: true,
        fsync: true,
        // A file that a crash has torn is set aside: the Collector starts, and the operator can still look at it.
        recreate: true,
        compaction: {
          directory: collectorQueueFolder,
          on_start: true,
          on_rebound: true,
          cleanup_on_start: true,
        },
      },
    },
    receivers,
    processors: {
      memory_limiter: memoryLimiter(stack),
      ...tenancy(stack),
      ...metricLabels,
      ...redaction,
      ...tailSampling(stack),
      "resource/settled": { attributes: [{ key: senderAttribute, action: "delete" }] },
    },
    connectors: Object.fromEntries(signals.map((signal) => [`routing/${signal}`, split(stack, signal)])),
    exporters: {
      ...Object.fromEntries(perTenant.flatMap(({ tenant, signal }) => exportersFor(stack, tenant, signal))),
      // Counts what it drops (otelcol_exporter_sent_…{exporter="debug/refused"}), and shows none of it.
      "debug/refused": { verbosity: "basic", sampling_initial: 1, sampling_thereafter: 1000 },
    },
    service: {
      extensions: ["health_check", "file_storage"],
      pipelines: {
        ...incoming(stack),
        ...Object.fromEntries(perTenant.map(({ tenant, signal }) => outgoing(stack, tenant, signal))),
        ...Object.fromEntries(
          signals.map((signal) => [
            `${signal}/refused`,
            { receivers: [`routing/${signal}`], exporters: ["debug/refused"] },
          ]),
        ),
      },
      telemetry: {
        logs: { encoding: "json" },
        metrics: {
          readers: [{ pull: { exporter: { prometheus: { host: "0.0.0.0", port: ports.metrics.number } } } }],
        },
      },
    },
  };
}

const receivers = {
  otlp: {
    protocols: {
      grpc: { endpoint: listen(ports.otlpGrpc), include_metadata: true, max_recv_msg_size_mib: 16 },
      http: { endpoint: listen(ports.otlpHttp), include_metadata: true },
    },
  },
  loki: {
    protocols: { http: { endpoint: listen(ports.lokiPush), include_metadata: true } },
    use_incoming_timestamp: true,
  },
};

/** Bounds in MiB rather than per cent, so that they hold wherever the process runs. */
function memoryLimiter(stack: StackConfig) {
  const limitMiB = mebibytes(sizesOf(stack).collector.resources.limits.memory);
  return {
    check_interval: "1s",
    limit_mib: Math.floor(limitMiB * 0.8),
    spike_limit_mib: Math.floor(limitMiB * 0.2),
  };
}

/** What is waited for is in memory alone: at most this long, and lost if the process is killed meanwhile. */
const samplingDecisionWait = "10s";

function tailSampling({ collector }: StackConfig) {
  const { tailSampling: settings } = collector;
  if (!settings) return {};
  return {
    tail_sampling: {
      decision_wait: samplingDecisionWait,
      num_traces: 50_000,
      policies: [
        { name: "failed", type: "status_code", status_code: { status_codes: ["ERROR"] } },
        { name: "slow", type: "latency", latency: { threshold_ms: settings.slowMilliseconds } },
        {
          name: "share",
          type: "probabilistic",
          probabilistic: { sampling_percentage: settings.keepPercent },
        },
      ],
    },
  };
}

function incoming({ collector }: StackConfig) {
  const common = ["memory_limiter", "resource/sender"];
  const settled = ["groupbyattrs/tenant", "transform/tenant", "redaction"];
  return {
    "traces/in": {
      receivers: ["otlp"],
      processors: [
        ...common,
        "transform/records",
        ...settled,
        ...(collector.tailSampling ? ["tail_sampling"] : []),
      ],
      exporters: ["routing/traces"],
    },
    "metrics/in": {
      receivers: ["otlp"],
      processors: [...common, "transform/records", ...settled, "transform/labels"],
      exporters: ["routing/metrics"],
    },
    "logs/in": {
      receivers: ["otlp"],
      processors: [...common, "transform/records", ...settled],
      exporters: ["routing/logs"],
    },
    "logs/loki": {
      receivers: ["loki"],
      processors: [...common, "transform/loki", "transform/records", "groupbyattrs/loki", ...settled],
      exporters: ["routing/logs"],
    },
  };
}

/** Each tenant's records to its own pipeline, if the sender may speak for it. */
function split(stack: StackConfig, signal: Signal) {
  return {
    error_mode: "propagate",
    default_pipelines: [`${signal}/refused`],
    table: requireTenants(stack).map(({ id }) => ({
      context: "resource",
      condition: `attributes["tenant.id"] == "${id}" and (${speakersFor(stack, id)
        .map((sender) => `attributes["${senderAttribute}"] == "${sender}"`)
        .join(" or ")})`,
      pipelines: [`${signal}/${id}`],
    })),
  };
}

const speakersFor = ({ services }: StackConfig, tenant: string) => [
  tenant,
  ...services.filter(({ tenants }) => tenants.includes(tenant)).map(({ name }) => name),
];

const outgoing = (stack: StackConfig, tenant: Tenant, signal: Signal): [string, object] => [
  `${signal}/${tenant.id}`,
  {
    receivers: [`routing/${signal}`],
    processors: ["resource/settled"],
    exporters: exportersFor(stack, tenant, signal).map(([name]) => name),
  },
];

/** The exporters that take one signal of one tenant to the backends: each with its name. */
const exportersFor = (stack: StackConfig, { id }: Tenant, signal: Signal): [string, object][] =>
  destinations[signal](stack).map(({ type, suffix = "", ...settings }) => [
    `${type}/${signal}-${id}${suffix}`,
    { headers: { [tenantHeader]: id }, ...retryForever, sending_queue: queue(stack), ...settings },
  ]);

interface Destination {
  /** Type of the exporter. */
  type: string;
  /** Tells exporters of one signal apart. */
  suffix?: string;
  endpoint: string;
  [setting: string]: unknown;
}

const destinations: Record<Signal, (stack: StackConfig) => Destination[]> = {
  traces: (stack) => [{ type: "otlp_grpc", endpoint: addresses(stack).tempoWrite, tls: { insecure: true } }],
  logs: (stack) => [{ type: "otlp_http", endpoint: `http://${addresses(stack).loki}/otlp` }],
  metrics: (stack) =>
    replicaAddresses(stack).prometheus.map((address, replica) => ({
      type: "otlp_http",
      suffix: `-${replica}`,
      endpoint: `http://${address}/api/v1/otlp`,
      // One sender at a time: a sample that overtakes an older one of its series makes that one late.
      sending_queue: { ...queue(stack), num_consumers: 1 },
    })),
};
