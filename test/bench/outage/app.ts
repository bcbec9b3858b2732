import { monitorEventLoopDelay } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";
import {
  getGlobalTracer,
  getLogger,
  getMetrics,
  initializeObservability,
  type ObservabilityManager,
} from "../../../sdk/src/index.ts";
import { answer, type Counts, numbered } from "./messages.ts";

const perSecond = { traces: 100, logs: 200, metricUpdates: 1_000 } as const;
const everyMs = 5;
/** Longest that what waits may take to be sent at the end. */
const finishMs = 120_000;

/** An app that records at a steady rate; everything has a number. */
if (isMainThread && process.send) {
  const { BENCH_URL: url = "", BENCH_SPOOL: spool, BENCH_QUEUE_ITEMS: queueItems } = process.env;
  const manager = initializeObservability({
    serviceName: "outage",
    tenantId: "bench",
    otlpEndpoint: url,
    lokiEndpoint: url,
    samplingRate: 1,
    maxTracesPerSecond: 10_000,
    metricsExportInterval: 10_000,
    maxQueueItems: Number(queueItems),
    enableHealthMonitoring: false,
    ...(spool ? { spoolDirectory: spool } : {}),
  });
  await manager.initialize();

  const [tracer, log] = [getGlobalTracer(), getLogger()];
  const updates = getMetrics().counter("bench_updates_total", { help: "Updates.", labels: ["kind"] });
  const made = { traces: 0, logs: 0, metricUpdates: 0 };
  const began = performance.now();
  const work = setInterval(() => {
    const seconds = (performance.now() - began) / 1_000;
    while (made.traces < seconds * perSecond.traces) {
      const number = made.traces++;
      tracer.withUSBEventSpan({ action: "transfer", attributes: { number } }, () => undefined);
    }
    while (made.logs < seconds * perSecond.logs) log.info({ number: made.logs++ }, "transferred");
    while (made.metricUpdates < seconds * perSecond.metricUpdates) {
      updates.increment({ kind: `${made.metricUpdates++ % 10}` });
    }
  }, everyMs);

  const delay = monitorEventLoopDelay({ resolution: 10 });
  let rssBytes = 0;
  setInterval(() => (rssBytes = Math.max(rssBytes, process.memoryUsage.rss())), 500);

  answer<"app">({
    measure() {
      delay.enable();
      delay.reset();
      rssBytes = 0;
      return null;
    },
    measured: () => ({
      eventLoopP99Ms: delay.percentile(99) / 1e6,
      rssBytes,
      counts: countsOf(manager),
    }),
    async finish() {
      clearInterval(work);
      await manager.flush(finishMs);
      const { metricUpdates, ...items } = made;
      return { items, metricUpdates, counts: countsOf(manager) };
    },
  });
}

function countsOf(manager: ObservabilityManager): Counts {
  const of = (read: (counts: NonNullable<ReturnType<typeof manager.deliveryCounts>>) => number) => {
    const [traces = NaN, logs = NaN] = numbered.map((signal) => {
      const counts = manager.deliveryCounts(signal);
      return counts ? read(counts) : NaN;
    });
    return { traces, logs };
  };
  return {
    produced: of(({ produced }) => produced),
    delivered: of(({ delivered }) => delivered),
    dropped: of(({ dropped }) => Object.values(dropped).reduce((sum, items) => sum + items, 0)),
    waiting: of(({ waiting }) => waiting.items),
  };
}
