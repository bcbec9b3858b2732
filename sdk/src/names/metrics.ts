/** A metric of the vocabulary. Every series also carries `tenant_id`, `service`, `environment` and `version`. */
export interface MetricDefinition {
  /** As Prometheus knows it: base unit, `_total` for counters. */
  readonly name: string;
  readonly type: "counter" | "histogram" | "gauge";
  readonly help: string;
  /** UCUM code of the unit that the name ends in, as OTLP carries it. Source: OpenTelemetry metrics data model. */
  readonly unit?: "s" | "By";
  /** Its own labels, besides those that every series carries. */
  readonly labels: readonly string[];
  /** It tells of the process as a whole: its series carry the process' own tenant, whomever that works for. */
  readonly ofProcess?: true;
  /**
   * Of a counter: as soon as it has one series it has these too, at 0, with the other labels the same. What only appears with
   * its first error has no increase that a rule could see.
   * Source: https://prometheus.io/docs/practices/instrumentation/#avoid-missing-metrics
   */
  readonly startsWith?: readonly Readonly<Record<string, string>>[];
  /** Upper bounds of a histogram, in its unit. */
  readonly buckets?: readonly number[];
}

/** The labels that every series of an app carries. */
export const commonLabels = ["tenant_id", "service", "environment", "version"] as const;

/** A boundary at every threshold that a promise names: 0.08, 0.1, 0.2 and 0.25 s. */
export const durationBucketsSeconds = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.08, 0.1, 0.2, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;

/** Jobs wait and run longer than requests: up to half an hour. */
export const jobBucketsSeconds = [
  0.005, 0.01, 0.025, 0.05, 0.08, 0.1, 0.2, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800,
] as const;

const seconds = { unit: "s", buckets: durationBucketsSeconds } as const;
const jobSeconds = { unit: "s", buckets: jobBucketsSeconds } as const;

/** Counters of what succeeds or fails. */
export const eitherOutcome = { startsWith: [{ outcome: "success" }, { outcome: "error" }] } as const;

/** Every metric that the SDK emits, but for the Node runtime's (see `runtimeMetrics`). */
export const metrics = {
  usbEvents: {
    name: "autoweave_usb_events_total",
    type: "counter",
    help: "USB events handled: attach, detach, transfer, open, close, reset, configure, error.",
    labels: ["action", "outcome"],
    ...eitherOutcome,
  },
  usbEventDuration: {
    name: "autoweave_usb_event_duration_seconds",
    type: "histogram",
    help: "From the kernel's or library's event to the end of its handling.",
    labels: ["action"],
    ...seconds,
  },
  usbTransferBytes: {
    name: "autoweave_usb_transfer_bytes_total",
    type: "counter",
    help: "USB payload moved.",
    unit: "By",
    labels: ["direction", "type"],
  },
  usbTransferDuration: {
    name: "autoweave_usb_transfer_duration_seconds",
    type: "histogram",
    help: "One USB transfer, from submission to completion.",
    labels: ["direction", "type"],
    ...seconds,
  },
  usbDevices: {
    name: "autoweave_usb_devices",
    type: "gauge",
    help: "USB devices attached now.",
    labels: ["vendor_id"],
  },
  pluginLoadDuration: {
    name: "autoweave_plugin_load_duration_seconds",
    type: "histogram",
    help: "One plugin load.",
    labels: ["plugin", "outcome"],
    ...seconds,
  },
  pluginOperations: {
    name: "autoweave_plugin_operations_total",
    type: "counter",
    help: "Plugin operations: load, unload, validate, execute.",
    labels: ["plugin", "operation", "outcome"],
    ...eitherOutcome,
  },
  pluginOperationDuration: {
    name: "autoweave_plugin_operation_duration_seconds",
    type: "histogram",
    help: "One plugin operation.",
    labels: ["plugin", "operation"],
    ...seconds,
  },
  pluginsLoaded: {
    name: "autoweave_plugins_loaded",
    type: "gauge",
    help: "Plugins loaded now.",
    labels: [],
  },
  queueJobs: {
    name: "autoweave_queue_jobs_total",
    type: "counter",
    help: "Queue jobs by what became of them: completed, failed, retried, dead.",
    labels: ["queue", "outcome", "result"],
    startsWith: [
      { outcome: "success", result: "completed" },
      { outcome: "error", result: "failed" },
      { outcome: "error", result: "retried" },
      { outcome: "error", result: "dead" },
    ],
  },
  queueJobDuration: {
    name: "autoweave_queue_job_duration_seconds",
    type: "histogram",
    help: "Processing of one queue job, one attempt.",
    labels: ["queue"],
    ...jobSeconds,
  },
  queueWait: {
    name: "autoweave_queue_wait_seconds",
    type: "histogram",
    help: "From the enqueueing of a job to the start of its processing, less the delay that it asked for.",
    labels: ["queue"],
    ...jobSeconds,
  },
  queueDepth: {
    name: "autoweave_queue_depth",
    type: "gauge",
    help: "Jobs in a queue, by state: waiting, active, delayed.",
    labels: ["queue", "state"],
    ofProcess: true,
  },
  memoryOperations: {
    name: "autoweave_memory_operations_total",
    type: "counter",
    help: "Operations of the memory system: search, add, update, delete.",
    labels: ["operation", "outcome"],
    ...eitherOutcome,
  },
  memoryOperationDuration: {
    name: "autoweave_memory_operation_duration_seconds",
    type: "histogram",
    help: "One operation of the memory system.",
    labels: ["operation"],
    ...seconds,
  },
  httpRequestDuration: {
    name: "http_server_request_duration_seconds",
    type: "histogram",
    help: "HTTP requests served, from their arrival to the end of the response.",
    labels: ["http_request_method", "http_route", "http_response_status_code"],
    ...seconds,
  },
  graphqlResolverDuration: {
    name: "autoweave_graphql_resolver_duration_seconds",
    type: "histogram",
    help: "One GraphQL resolver.",
    labels: ["parent_type", "field", "outcome"],
    ...seconds,
  },
  businessOperations: {
    name: "autoweave_business_operations_total",
    type: "counter",
    help: "Operations of the business, as recordBusinessOperation is told of them.",
    labels: ["operation", "plugin", "outcome"],
    ...eitherOutcome,
  },
  businessOperationValue: {
    name: "autoweave_business_operation_value_total",
    type: "counter",
    help: "Value of the operations of the business, in the unit that the caller named.",
    labels: ["operation", "unit"],
  },
  businessOperationDuration: {
    name: "autoweave_business_operation_duration_seconds",
    type: "histogram",
    help: "Duration of the operations of the business whose caller measured it.",
    labels: ["operation"],
    ...jobSeconds,
  },
  healthStatus: {
    name: "autoweave_health_status",
    type: "gauge",
    help: 'Health by check: 1 healthy, 0 not; check="ready" is the whole.',
    labels: ["check"],
    ofProcess: true,
  },
  eventLoopStalls: {
    name: "autoweave_event_loop_stalls_total",
    type: "counter",
    help: "Times that the event loop stood still for longer than the health check allows.",
    labels: [],
    ofProcess: true,
  },
  produced: {
    name: "autoweave_observability_produced_total",
    type: "counter",
    help: "Telemetry handed over for delivery; delivered + dropped + waiting, at any moment.",
    labels: ["signal"],
    ofProcess: true,
  },
  delivered: {
    name: "autoweave_observability_delivered_total",
    type: "counter",
    help: "Telemetry that a backend acknowledged.",
    labels: ["signal"],
    ofProcess: true,
  },
  dropped: {
    name: "autoweave_observability_dropped_total",
    type: "counter",
    help: "Telemetry given up, by reason.",
    labels: ["signal", "reason"],
    ofProcess: true,
  },
  queueItems: {
    name: "autoweave_observability_queue_items",
    type: "gauge",
    help: "Telemetry that waits to be sent, in items (spans, log lines, data points).",
    labels: ["signal"],
    ofProcess: true,
  },
  queueBytes: {
    name: "autoweave_observability_queue_bytes",
    type: "gauge",
    help: "Telemetry that waits to be sent, in bytes, in memory and on disk.",
    unit: "By",
    labels: ["signal"],
    ofProcess: true,
  },
  exportFailures: {
    name: "autoweave_observability_export_failures_total",
    type: "counter",
    help: "Requests to a backend that failed, by reason; what they carried is tried again unless it is dropped.",
    labels: ["signal", "reason"],
    ofProcess: true,
  },
  sheddingLevel: {
    name: "autoweave_observability_shedding_level",
    type: "gauge",
    help: "What the memory guard sheds: 0 nothing, 1 most traces and debug logs, 2 all traces, 3 all but metrics.",
    labels: [],
    ofProcess: true,
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricKey = keyof typeof metrics;
