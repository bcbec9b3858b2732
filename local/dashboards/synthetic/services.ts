import {
  jobResults,
  memoryOperations,
  type MetricDefinition,
  metrics,
  pluginOperations,
  queueStates,
  runtimeMetrics,
  signals,
  transferDirections,
  usbActions,
} from "../../../sdk/src/names/index.ts";
import { type Buckets, maker, type Process } from "./process.ts";
import type { Series } from "./series.ts";

const plugins = ["barcode-scanner", "label-printer", "scale"];
const queues = ["automation", "webhooks"];
const routes = ["/api/devices", "/api/automations/:id", "/graphql"];
const fields = ["devices", "automations", "plugins"];

type Makes = (process: Process, buckets: Buckets) => Series[];

/** USB devices, plugins, and what they are for. */
export const hub: Makes = (process, buckets) => {
  const { count, timed, whole } = maker(process, buckets);
  const outcomes = (
    metric: MetricDefinition,
    labels: Record<string, string>,
    perSecond: number,
    errors: number,
    during = 1,
  ) => [
    count(metric, { ...labels, outcome: "success" }, perSecond * (1 - errors)),
    count(metric, { ...labels, outcome: "error" }, perSecond * errors, during),
  ];
  return [
    ...usbActions.flatMap((action, index) =>
      outcomes(metrics.usbEvents, { action }, 3 / (index + 1), 0.002, 25),
    ),
    ...timed(
      metrics.usbEventDuration,
      usbActions.map((action) => ({ action })),
      { perSecond: 3, median: 0.014, during: 3.5 },
    ),
    ...transferDirections.flatMap((direction) =>
      ["bulk", "interrupt"].map((type, index) =>
        count(
          metrics.usbTransferBytes,
          { direction, type },
          40_000 / (1 + 4 * index) / (direction === "in" ? 1 : 3),
        ),
      ),
    ),
    ...["0x05e0", "0x0922", "other"].map((vendor_id, index) =>
      whole(metrics.usbDevices, { vendor_id }, 14 / (index + 1), 0.1),
    ),
    ...timed(
      metrics.pluginLoadDuration,
      plugins.map((plugin) => ({ plugin, outcome: "success" })),
      { perSecond: 0.05, median: 0.038 },
    ),
    ...plugins.flatMap((plugin, index) =>
      pluginOperations.flatMap((operation, nth) =>
        outcomes(
          metrics.pluginOperations,
          { plugin, operation },
          0.8 / (index + 1) / (nth + 1),
          0.004 * (index + 1),
        ),
      ),
    ),
    ...timed(
      metrics.pluginOperationDuration,
      plugins.flatMap((plugin) => pluginOperations.map((operation) => ({ plugin, operation }))),
      { perSecond: 0.8, median: 0.03 },
    ),
    whole(metrics.pluginsLoaded, {}, plugins.length, 0),
    ...plugins.flatMap((plugin, index) =>
      ["scan", "print", "weigh"].flatMap((operation, nth) =>
        outcomes(
          metrics.businessOperations,
          { operation, plugin },
          nth === index ? 0.4 / (index + 1) : 0.02,
          0.006,
        ),
      ),
    ),
    count(metrics.businessOperationValue, { operation: "scan", unit: "items" }, 1.2),
    count(metrics.businessOperationValue, { operation: "print", unit: "labels" }, 0.7),
  ];
};

/** Queues and the memory system. */
export const worker: Makes = (process, buckets) => {
  const { count, timed, whole } = maker(process, buckets);
  const shares: Record<string, number> = { completed: 0.994, retried: 0.004, failed: 0.0015, dead: 0.0005 };
  return [
    ...queues.flatMap((queue) =>
      jobResults.map((result) =>
        count(
          metrics.queueJobs,
          { queue, result, outcome: result === "completed" ? "success" : "error" },
          0.6 * (shares[result] ?? 0),
        ),
      ),
    ),
    ...timed(
      metrics.queueJobDuration,
      queues.map((queue) => ({ queue })),
      { perSecond: 0.6, median: 0.4 },
    ),
    ...timed(
      metrics.queueWait,
      queues.map((queue) => ({ queue })),
      { perSecond: 0.6, median: 0.06 },
    ),
    ...queues.flatMap((queue, index) =>
      queueStates.map((state, nth) =>
        whole(metrics.queueDepth, { queue, state }, 12 / (index + 1) / (nth + 1), 0.6),
      ),
    ),
    ...memoryOperations.flatMap((operation, index) => [
      count(metrics.memoryOperations, { operation, outcome: "success" }, 0.5 / (index + 1)),
      count(metrics.memoryOperations, { operation, outcome: "error" }, 0.001),
    ]),
    ...timed(
      metrics.memoryOperationDuration,
      memoryOperations.map((operation) => ({ operation })),
      { perSecond: 0.5, median: 0.035 },
    ),
  ];
};

/** HTTP and GraphQL. */
export const api: Makes = (process, buckets) => {
  const { timed } = maker(process, buckets);
  const request = (http_route: string, status: string) => ({
    http_request_method: "POST",
    http_route,
    http_response_status_code: status,
  });
  return [
    ...timed(
      metrics.httpRequestDuration,
      routes.map((route) => request(route, "200")),
      { perSecond: 4, median: 0.028, during: 1.6 },
    ),
    ...timed(metrics.httpRequestDuration, [request(routes[0] ?? "", "503")], {
      perSecond: 0.01,
      median: 0.2,
    }),
    ...timed(
      metrics.graphqlResolverDuration,
      fields.map((field) => ({ parent_type: "Query", field, outcome: "success" })),
      { perSecond: 2, median: 0.009 },
    ),
    ...timed(
      metrics.graphqlResolverDuration,
      [{ parent_type: "Query", field: "devices", outcome: "error" }],
      { perSecond: 0.008, median: 0.02 },
    ),
  ];
};

const mebibyte = 2 ** 20;

/** What every process has: health, the Node runtime, and what the SDK says of itself. */
export function runtime(process: Process): Series[] {
  const { count, value, whole } = maker(process, "all");
  return [
    whole(metrics.healthStatus, { check: "ready" }, 1, 0),
    value(runtimeMetrics.eventLoopLagP99, {}, 0.014, 0.6),
    value(runtimeMetrics.eventLoopUtilization, {}, 0.28, 0.9),
    value(runtimeMetrics.heapUsed, {}, 90 * mebibyte, 0.3),
    value(runtimeMetrics.residentMemory, {}, 170 * mebibyte, 0.2),
    count(runtimeMetrics.cpu, {}, 0.12),
    ...["major", "minor"].map((kind, index) =>
      count(
        { ...runtimeMetrics.gcDuration, name: `${runtimeMetrics.gcDuration.name}_sum` },
        { kind },
        0.004 / (index + 1),
      ),
    ),
    ...signals.flatMap((signal, index) => [
      count(metrics.delivered, { signal }, 20 / (index + 1)),
      value(metrics.queueBytes, { signal }, 40_000 / (index + 1), 1),
    ]),
    count(metrics.dropped, { signal: "metrics", reason: "cardinality" }, 0),
    count(metrics.dropped, { signal: "traces", reason: "queue_full" }, 0),
    whole(metrics.sheddingLevel, {}, 0),
  ];
}
