import type { Context, Span, TimeInput } from "@opentelemetry/api";
import {
  currentTenant,
  getGlobalTracer,
  getLogger,
  getMetrics,
  type ObservabilityManager,
  withTenant,
} from "../../src/index.ts";

/** Calls by which an app records, each given one and the same thing wherever it takes something. */
export interface RecordingCalls {
  /** Each makes one span. */
  readonly spans: Readonly<Record<string, () => void>>;
  /** Each makes at most one data point of each metric. */
  readonly metrics: Readonly<Record<string, () => void>>;
  /** Each makes one line. */
  readonly lines: Readonly<Record<string, () => void>>;
  /** Make nothing by themselves. */
  readonly others: Readonly<Record<string, () => void>>;
}

const tracer = getGlobalTracer();
const metrics = getMetrics();
const logger = getLogger();
const counter = metrics.counter("hostile_total", { help: "Given anything.", labels: ["one", "other"] });
const gauge = metrics.gauge("hostility", { help: "Given anything.", labels: ["one"] });
const histogram = metrics.histogram("hostile_seconds", { help: "Given anything.", labels: ["one"] });

/** `value` is none of the types that these calls ask for: an app in JavaScript gives what it has. */
export function recordingCalls(value: never): RecordingCalls {
  const record: Record<string, unknown> = { one: value, other: value };
  const args = {
    action: value,
    vendorId: value,
    productId: value,
    devicePath: value,
    transfer: value,
    operation: value,
    plugin: value,
    version: value,
    queue: value,
    jobId: value,
    jobName: value,
    attempt: value,
    batchSize: value,
    storeId: value,
    tenantId: value,
    attributes: value,
    startTime: value,
    links: value,
    root: value,
    kind: undefined,
  };
  const use = (span: Span) => {
    span
      .setAttribute("given", value)
      .setAttribute(value, 1)
      .setAttributes(value)
      .setAttributes(record as never);
    span.addEvent(value, value, value).addEvent("event", record as never, value);
    span
      .addLink(value)
      .addLinks(value)
      .addLinks([value, { context: value, attributes: value }]);
    span.setStatus(value).setStatus({ code: 2, message: value }).updateName(value);
    span.recordException(value, value);
    span.end(value as TimeInput);
    span.setAttribute("late", value).addEvent(value).end(value);
  };
  const fails = () => {
    throw value;
  };
  const ignoring = (run: () => unknown) => () => {
    try {
      run();
    } catch (error) {
      // The app's own error comes back to the app, and it alone.
      if (!Object.is(error, value)) throw error;
    }
  };
  return {
    spans: {
      startSpan: () => use(tracer.startSpan(value, value, value as Context)),
      "startSpan with attributes": () =>
        use(tracer.startSpan("s", { attributes: record as never, links: value, startTime: value })),
      startActiveSpan: () => tracer.startActiveSpan(value, value, value, use),
      withSpan: () => tracer.withSpan(value, value, use),
      "withSpan that throws": ignoring(() => tracer.withSpan("s", args as never, fails)),
      createUSBEventSpan: () => use(tracer.createUSBEventSpan(value)),
      "createUSBEventSpan of arguments": () => use(tracer.createUSBEventSpan(args)),
      withUSBEventSpan: () => tracer.withUSBEventSpan(args, use),
      createPluginSpan: () => use(tracer.createPluginSpan(args)),
      withPluginSpan: ignoring(() => tracer.withPluginSpan(args, fails)),
      createPublishSpan: () => use(tracer.createPublishSpan(args)),
      withPublishSpan: () => tracer.withPublishSpan(value, use),
      createProcessSpan: () => use(tracer.createProcessSpan({ ...args, producer: value, relation: value })),
      withProcessSpan: () => tracer.withProcessSpan({ ...args, producer: value, relation: "link" }, use),
      createMemorySpan: () => use(tracer.createMemorySpan(args)),
      withMemorySpan: ignoring(() => tracer.withMemorySpan(args, fails)),
    },
    metrics: {
      "increment by labels": () => counter.increment(value),
      increment: () => counter.increment(record as never, 1, value),
      "increment by it": () => counter.increment({ one: 1, other: 2 }, value),
      "set a gauge": () => gauge.set({ one: value }, value, value),
      "add to a gauge": () => gauge.add(value, value, value),
      observe: () => histogram.observe({ one: value }, 0.1, value, value),
      "observe it": () => histogram.observe(value, value),
      "vocabulary's counter": () => metrics.increment("usbEvents", value, value, value),
      "vocabulary's histogram": () => metrics.observe("usbEventDuration", { action: value }, 1, value, value),
      "vocabulary's gauge": () => metrics.set("pluginsLoaded", value, value),
      recordBusinessOperation: () => metrics.recordBusinessOperation(value, value, value),
      "recordBusinessOperation with details": () =>
        metrics.recordBusinessOperation(value, "blue", {
          plugin: value,
          success: value,
          value,
          unit: value,
          durationMs: value,
        }),
    },
    lines: {
      info: () => logger.info(value),
      "info with fields": () => logger.info({ value, [keyOf(value)]: 1, err: value }, "said"),
      "info with a message": () => logger.info({ a: 1 }, value),
      "info with a format": () => logger.info("%s %d %j %o", value, value, value, value),
      "error of a child": () => logger.child(value).error("said"),
      "warn of a child with fields": () => logger.child({ value, component: value }).warn(value, value),
      "warn of a child with options": () => logger.child({}, value).error(value),
      audit: () => logger.audit(value, value),
    },
    others: {
      withTenant: () => withTenant(value, currentTenant),
      "withTenant that throws": ignoring(() => withTenant(value, fails)),
    },
  };
}

/** Calls by which an app sets up, which may refuse what they are given. */
export const setUpCalls = (
  manager: ObservabilityManager,
  value: never,
): Readonly<Record<string, () => unknown>> => ({
  counter: () => metrics.counter(value, value),
  "counter with options": () =>
    metrics.counter("hostile_options_total", { help: value, labels: value, unit: value }),
  gauge: () => metrics.gauge("hostile_label", { help: "Of anything.", labels: [value] }),
  histogram: () => metrics.histogram("hostile_buckets_seconds", { help: "Of anything.", buckets: value }),
  "histogram of a bucket": () =>
    metrics.histogram("hostile_buckets_seconds", { help: "Of anything.", buckets: [value] }),
  instrumentUSBDaemon: () => manager.instrumentUSBDaemon(value),
  instrumentPluginLoader: () => manager.instrumentPluginLoader(value),
  instrumentQueueManager: () => manager.instrumentQueueManager(value, value),
  instrumentMemorySystem: () => manager.instrumentMemorySystem(value),
  instrumentGraphQL: () => manager.instrumentGraphQL(value),
  createHTTPMiddleware: () => manager.createHTTPMiddleware(value),
  addHealthCheck: () => manager.addHealthCheck(value, value, value),
  "addHealthCheck with options": () =>
    manager.addHealthCheck("app", () => true, { timeoutMs: value, critical: value }),
  removeHealthCheck: () => manager.removeHealthCheck(value),
  setSampling: () => manager.setSampling({ samplingRate: value, maxTracesPerSecond: value }),
  setLogLevel: () => manager.setLogLevel(value),
});

/** A field's name made of it, if it is a text. */
const keyOf = (value: unknown) => (typeof value === "string" ? value : "field");
