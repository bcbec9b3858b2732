import { runtimeMetrics } from "../../sdk/src/names/index.ts";
import type { Row } from "../dashboard.ts";
import { timeSeries } from "../panels/time-series.ts";
import { maxBy, ofApp, sumBy } from "../promql.ts";
import type { Scope } from "../variables.ts";

/** How Node fares; of each service the worst replica, for it is the one that users wait for. */
export const runtimeRow = (scope: Scope): Row => {
  const service = ["service"];
  const shared = { width: 8, height: 7 } as const;
  const rate = (metric: Parameters<typeof ofApp>[0], suffix = "") =>
    `rate(${ofApp({ ...metric, name: `${metric.name}${suffix}` }, scope)}[$__rate_interval])`;
  return {
    title: "Node runtime",
    panels: [
      timeSeries({
        ...shared,
        title: "Event loop: delay, P99",
        description: `${runtimeMetrics.eventLoopLagP99.help} While it lasts, nothing is served.`,
        unit: "s",
        limits: { warning: 0.1, critical: 0.5 },
        queries: [
          { expr: maxBy(service, ofApp(runtimeMetrics.eventLoopLagP99, scope)), legend: "{{service}}" },
        ],
      }),
      timeSeries({
        ...shared,
        title: "Event loop: utilization",
        description: `${runtimeMetrics.eventLoopUtilization.help} Close to 1, a replica serves no more than it does.`,
        unit: "percentunit",
        max: 1,
        limits: { warning: 0.8 },
        queries: [
          { expr: maxBy(service, ofApp(runtimeMetrics.eventLoopUtilization, scope)), legend: "{{service}}" },
        ],
      }),
      timeSeries({
        ...shared,
        title: "CPU",
        description: `${runtimeMetrics.cpu.help} As cores in use, of all replicas together.`,
        unit: "short",
        queries: [{ expr: sumBy(service, rate(runtimeMetrics.cpu)), legend: "{{service}}" }],
      }),
      timeSeries({
        ...shared,
        title: "Heap in use",
        description: `${runtimeMetrics.heapUsed.help} One that grows for days and never falls is a leak.`,
        unit: "bytes",
        queries: [{ expr: maxBy(service, ofApp(runtimeMetrics.heapUsed, scope)), legend: "{{service}}" }],
      }),
      timeSeries({
        ...shared,
        title: "Resident memory",
        description: `${runtimeMetrics.residentMemory.help} What the kernel kills for.`,
        unit: "bytes",
        queries: [
          { expr: maxBy(service, ofApp(runtimeMetrics.residentMemory, scope)), legend: "{{service}}" },
        ],
      }),
      timeSeries({
        ...shared,
        title: "Garbage collection",
        description:
          "Share of the time that goes into it, by kind, in the worst replica. Major ones stop the world.",
        unit: "percentunit",
        queries: [{ expr: maxBy(["kind"], rate(runtimeMetrics.gcDuration, "_sum")), legend: "{{kind}}" }],
      }),
    ],
  };
};
