import type { Instrumentation } from "./instrumentation.ts";
import type { LogLevel } from "../logs/level.ts";

/**
 * What an app says of itself and of its telemetry. Each option can also be given by the environment variables that its
 * comment names; what is given in code counts before the environment, and that before the default.
 */
export interface ObservabilityOptions {
  /** Name of the service. Required. Environment: `OTEL_SERVICE_NAME`, or `service.name` in `OTEL_RESOURCE_ATTRIBUTES`. */
  serviceName?: string;
  /** Its version. Default: `unknown`. Environment: `AUTOWEAVE_SERVICE_VERSION`, or `service.version` in `OTEL_RESOURCE_ATTRIBUTES`. */
  serviceVersion?: string;
  /** Where it runs, e.g. `production`. Default: `development`. Environment: `AUTOWEAVE_ENVIRONMENT`, or `deployment.environment.name` in `OTEL_RESOURCE_ATTRIBUTES`. */
  environment?: string;
  /** The tenant of whatever names no other. Required. Environment: `AUTOWEAVE_TENANT_ID`. */
  tenantId?: string;

  /** Where OTLP goes over HTTP; `/v1/traces` and `/v1/metrics` are added. Default: `http://tempo:4318`. Environment: `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  otlpEndpoint?: string;
  /** Where log lines go; `/otlp/v1/logs` is added. Default: `http://loki:3100`. Environment: `AUTOWEAVE_LOKI_ENDPOINT`. */
  lokiEndpoint?: string;
  /** Full URL for traces, used as it is. Environment: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`. */
  tracesEndpoint?: string;
  /** Full URL for metrics, used as it is. Environment: `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`. */
  metricsEndpoint?: string;
  /** Full URL for log lines, used as it is. Environment: `OTEL_EXPORTER_OTLP_LOGS_ENDPOINT`. */
  logsEndpoint?: string;
  /** The tenant's token, sent as `Authorization: Bearer …`. Environment: `AUTOWEAVE_TOKEN`, or a file that `AUTOWEAVE_TOKEN_FILE` names. */
  authToken?: string;
  /** File that holds the token, unless `authToken` is given; read again when it changes. Environment: `AUTOWEAVE_TOKEN_FILE`. */
  authTokenFile?: string;
  /** PEM file of the authorities that backends' certificates must come from, instead of the public ones; read again when it changes. Environment: `OTEL_EXPORTER_OTLP_CERTIFICATE`. */
  caFile?: string;
  /** PEM file of the app's own certificate, for backends that ask for one; read again when it changes. Environment: `OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE`. */
  clientCertificateFile?: string;
  /** PEM file of that certificate's private key. Environment: `OTEL_EXPORTER_OTLP_CLIENT_KEY`. */
  clientKeyFile?: string;
  /** Further headers of every request to a backend. Default: none. Environment: `OTEL_EXPORTER_OTLP_HEADERS`. */
  headers?: Readonly<Record<string, string>>;
  /** Further attributes of the resource, e.g. `k8s.pod.name`. Default: none. Environment: `OTEL_RESOURCE_ATTRIBUTES`. */
  resourceAttributes?: Readonly<Record<string, string>>;

  /** Makes spans and sends them. Default: true. Environment: `AUTOWEAVE_ENABLE_TRACING`; `OTEL_TRACES_EXPORTER=none` switches off. */
  enableTracing?: boolean;
  /** Keeps metrics, and pushes or serves them. Default: true. Environment: `AUTOWEAVE_ENABLE_METRICS`; `OTEL_METRICS_EXPORTER=none` switches off. */
  enableMetrics?: boolean;
  /** Sends log lines to Loki; stdout gets them either way. Default: true. Environment: `AUTOWEAVE_ENABLE_LOGGING`; `OTEL_LOGS_EXPORTER=none` switches off. */
  enableLogging?: boolean;
  /** Serves `/live`, `/ready`, `/health` and `/metrics` on `healthPort`. Default: true. Environment: `AUTOWEAVE_ENABLE_HEALTH_MONITORING`. */
  enableHealthMonitoring?: boolean;

  /** Share of the traces that is kept, 0 to 1; failed and slow ones are kept besides. Default: 0.1. Environment: `AUTOWEAVE_SAMPLING_RATE`, or `OTEL_TRACES_SAMPLER` with `OTEL_TRACES_SAMPLER_ARG`. */
  samplingRate?: number;
  /** Most local traces that are kept in a second, whatever the reason. Default: 100. Environment: `AUTOWEAVE_MAX_TRACES_PER_SECOND`. */
  maxTracesPerSecond?: number;
  /** From here a local root span counts as slow and its trace is kept, in ms. Default: 1000. Environment: `AUTOWEAVE_SLOW_OPERATION_MS`. */
  slowOperationMs?: number;
  /** Most spans in a request. Default: 512. Environment: `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`. */
  maxTraceExportBatchSize?: number;
  /** Longest wait of spans for more to send with, in ms. Default: 5000. Environment: `OTEL_BSP_SCHEDULE_DELAY`. */
  traceExportDelayMs?: number;
  /** Longest wait of log lines for more to send with, in ms. Default: 1000. Environment: `OTEL_BLRP_SCHEDULE_DELAY`. */
  logExportDelayMs?: number;
  /** Pause between two pushes of the metrics, in ms. Default: 60000. Environment: `OTEL_METRIC_EXPORT_INTERVAL`. */
  metricsExportInterval?: number;
  /** `push` sends them by OTLP, `scrape` serves them at `/metrics`; both would count everything twice in one Prometheus. Default: `push`. Environment: `OTEL_METRICS_EXPORTER` (`otlp`, `prometheus`). */
  metricsExport?: "push" | "scrape";
  /** Longest time that one request to a backend may take, in ms. Default: 10000. Environment: `OTEL_EXPORTER_OTLP_TIMEOUT`. */
  exportTimeoutMs?: number;
  /** Longest time that a shutdown, a crash or an exit may take to send or save what waits, in ms. Default: 5000. Environment: `AUTOWEAVE_SHUTDOWN_TIMEOUT_MS`. */
  shutdownTimeoutMs?: number;

  /** Most items of one signal that wait in memory. Default: 20000. Environment: `AUTOWEAVE_MAX_QUEUE_ITEMS`. */
  maxQueueItems?: number;
  /** Most bytes of one signal that wait in memory. Default: 16 MiB. Environment: `AUTOWEAVE_MAX_QUEUE_BYTES`. */
  maxQueueBytes?: number;
  /** Folder on a local disk, of up to 70 characters, in which telemetry survives an outage and the process; processes may share it. Default: none, memory only. Environment: `AUTOWEAVE_SPOOL_DIRECTORY`. */
  spoolDirectory?: string;
  /** Most bytes of one signal in the spool. Default: 256 MiB. Environment: `AUTOWEAVE_SPOOL_MAX_BYTES`. */
  spoolMaxBytes?: number;
  /** What is older than this in the spool is given up, in hours. Default: 24. Environment: `AUTOWEAVE_SPOOL_MAX_AGE_HOURS`. */
  spoolMaxAgeHours?: number;
  /** Most values of one label of a metric, at least 20; further ones become `other`. Default: 200. Environment: `AUTOWEAVE_MAX_LABEL_VALUES`. */
  maxLabelValues?: number;
  /** Most series of one metric. Default: 2000. Environment: `AUTOWEAVE_MAX_SERIES_PER_METRIC`. */
  maxSeriesPerMetric?: number;

  /** Least severe level that is logged. Default: `info`. Environment: `AUTOWEAVE_LOG_LEVEL`. */
  logLevel?: LogLevel;
  /** Paths whose values are masked in log lines, besides secrets, e.g. `user.*.email`: `*` is any name, `**` any depth, `[0]` an item. Default: none. Environment: `AUTOWEAVE_REDACT_PATHS`. */
  redactPaths?: readonly string[];
  /** Hosts that outgoing requests carry the trace's context and tenant to, e.g. `*.svc.cluster.local`. Default: this machine and the cluster's services (`*.svc`, `*.svc.cluster.local`). Environment: `AUTOWEAVE_PROPAGATE_TO`. */
  propagateTo?: readonly string[];
  /** Spans carry what the memory system is asked and what it answers. Default: false. Environment: `AUTOWEAVE_RECORD_MEMORY_CONTENTS`. */
  recordMemoryContents?: boolean;
  /** Spans carry GraphQL's arguments and literal values. Default: false. Environment: `AUTOWEAVE_RECORD_GRAPHQL_ARGUMENTS`. */
  recordGraphQLArguments?: boolean;
  /** OpenTelemetry instrumentations to run besides our own. Default: none. */
  instrumentations?: readonly Instrumentation[];

  /** Port of the health endpoints; 0 takes a free one. Default: 9464. Environment: `AUTOWEAVE_HEALTH_PORT`. */
  healthPort?: number;
  /** Address that they listen on. Default: `0.0.0.0`. Environment: `AUTOWEAVE_HEALTH_HOST`. */
  healthHost?: string;
  /** From here the event loop counts as stalled, in ms. Default: 1000. Environment: `AUTOWEAVE_EVENT_LOOP_STALL_MS`. */
  eventLoopStallMs?: number;

  /** Sheds telemetry before the app lacks memory. Default: true. Environment: `AUTOWEAVE_ENABLE_PRODUCTION_OPTIMIZATIONS`. */
  enableProductionOptimizations?: boolean;
  /** Memory (RSS) that the process may use, in bytes. Default: 1 GiB. Environment: `AUTOWEAVE_MAX_MEMORY_USAGE`. */
  maxMemoryUsage?: number;
}

/** The options with every default filled in. */
export type ResolvedOptions = Readonly<
  Required<Omit<ObservabilityOptions, Unset>> & { [Key in Unset]: ObservabilityOptions[Key] | undefined }
>;

/** The options that may stay without a value. */
type Unset =
  | "tracesEndpoint"
  | "metricsEndpoint"
  | "logsEndpoint"
  | "authToken"
  | "authTokenFile"
  | "caFile"
  | "clientCertificateFile"
  | "clientKeyFile"
  | "spoolDirectory";
