import type { MetricDefinition } from "./metrics.ts";

const ofProcess = { labels: [], ofProcess: true } as const;

/**
 * Metrics of the Node runtime: prom-client's default ones, by their names, so that known dashboards and rules find them, and
 * the event loop's utilisation. Left out is what libuv no longer tells by a public function (handles, requests), and gauges
 * whose names end in `_total`, which is for counters: sum `nodejs_active_resources` instead. Not every system has them all.
 */
export const runtimeMetrics = {
  cpuUser: {
    name: "process_cpu_user_seconds_total",
    type: "counter",
    help: "CPU time spent in user mode.",
    unit: "s",
    ...ofProcess,
  },
  cpuSystem: {
    name: "process_cpu_system_seconds_total",
    type: "counter",
    help: "CPU time spent in system mode.",
    unit: "s",
    ...ofProcess,
  },
  cpu: {
    name: "process_cpu_seconds_total",
    type: "counter",
    help: "CPU time spent, user and system.",
    unit: "s",
    ...ofProcess,
  },
  startTime: {
    name: "process_start_time_seconds",
    type: "gauge",
    help: "Start of the process, since the epoch.",
    unit: "s",
    ...ofProcess,
  },
  residentMemory: {
    name: "process_resident_memory_bytes",
    type: "gauge",
    help: "Resident memory of the process.",
    unit: "By",
    ...ofProcess,
  },
  openFiles: {
    name: "process_open_fds",
    type: "gauge",
    help: "Open file descriptors.",
    ...ofProcess,
  },
  mostOpenFiles: {
    name: "process_max_fds",
    type: "gauge",
    help: "Most file descriptors that the process may have open.",
    ...ofProcess,
  },
  eventLoopLag: {
    name: "nodejs_eventloop_lag_seconds",
    type: "gauge",
    help: "Lag of the event loop, measured once at collection.",
    unit: "s",
    ...ofProcess,
  },
  eventLoopLagMin: {
    name: "nodejs_eventloop_lag_min_seconds",
    type: "gauge",
    help: "Shortest delay of the event loop since the last collection.",
    unit: "s",
    ...ofProcess,
  },
  eventLoopLagMax: {
    name: "nodejs_eventloop_lag_max_seconds",
    type: "gauge",
    help: "Longest delay of the event loop since the last collection.",
    unit: "s",
    ...ofProcess,
  },
  eventLoopLagMean: {
    name: "nodejs_eventloop_lag_mean_seconds",
    type: "gauge",
    help: "Mean of the delays of the event loop since the last collection.",
    unit: "s",
    ...ofProcess,
  },
  eventLoopLagStddev: {
    name: "nodejs_eventloop_lag_stddev_seconds",
    type: "gauge",
    help: "Standard deviation of the delays of the event loop since the last collection.",
    unit: "s",
    ...ofProcess,
  },
  eventLoopLagP50: {
    name: "nodejs_eventloop_lag_p50_seconds",
    type: "gauge",
    help: "Median of the delays of the event loop since the last collection.",
    unit: "s",
    ...ofProcess,
  },
  eventLoopLagP90: {
    name: "nodejs_eventloop_lag_p90_seconds",
    type: "gauge",
    help: "90th percentile of the delays of the event loop since the last collection.",
    unit: "s",
    ...ofProcess,
  },
  eventLoopLagP99: {
    name: "nodejs_eventloop_lag_p99_seconds",
    type: "gauge",
    help: "99th percentile of the delays of the event loop since the last collection.",
    unit: "s",
    ...ofProcess,
  },
  eventLoopUtilization: {
    name: "nodejs_eventloop_utilization_ratio",
    type: "gauge",
    help: "Share of the time since the last collection in which the event loop was busy, 0 to 1.",
    ...ofProcess,
  },
  heapTotal: {
    name: "nodejs_heap_size_total_bytes",
    type: "gauge",
    help: "Size of V8's heap.",
    unit: "By",
    ...ofProcess,
  },
  heapUsed: {
    name: "nodejs_heap_size_used_bytes",
    type: "gauge",
    help: "Used part of V8's heap.",
    unit: "By",
    ...ofProcess,
  },
  externalMemory: {
    name: "nodejs_external_memory_bytes",
    type: "gauge",
    help: "Memory outside V8's heap that objects in it hold, buffers included.",
    unit: "By",
    ...ofProcess,
  },
  heapSpaceTotal: {
    name: "nodejs_heap_space_size_total_bytes",
    type: "gauge",
    help: "Size of a space of V8's heap.",
    unit: "By",
    labels: ["space"],
    ofProcess: true,
  },
  heapSpaceUsed: {
    name: "nodejs_heap_space_size_used_bytes",
    type: "gauge",
    help: "Used part of a space of V8's heap.",
    unit: "By",
    labels: ["space"],
    ofProcess: true,
  },
  heapSpaceAvailable: {
    name: "nodejs_heap_space_size_available_bytes",
    type: "gauge",
    help: "Free part of a space of V8's heap.",
    unit: "By",
    labels: ["space"],
    ofProcess: true,
  },
  gcDuration: {
    name: "nodejs_gc_duration_seconds",
    type: "histogram",
    help: "Garbage collections by kind: major, minor, incremental, weakcb.",
    unit: "s",
    labels: ["kind"],
    ofProcess: true,
    buckets: [0.001, 0.01, 0.1, 1, 2, 5],
  },
  activeResources: {
    name: "nodejs_active_resources",
    type: "gauge",
    help: "Resources that keep the event loop alive, by their type.",
    labels: ["type"],
    ofProcess: true,
  },
  version: {
    name: "nodejs_version_info",
    type: "gauge",
    help: "Version of Node, as labels; `version` is the app's own.",
    labels: ["node_version", "major", "minor", "patch"],
    ofProcess: true,
  },
} as const satisfies Record<string, MetricDefinition>;

export type RuntimeMetricKey = keyof typeof runtimeMetrics;
