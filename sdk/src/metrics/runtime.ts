import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import {
  constants,
  monitorEventLoopDelay,
  performance,
  type PerformanceEntry,
  PerformanceObserver,
} from "node:perf_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import { getHeapSpaceStatistics } from "node:v8";
import { type MetricDefinition, runtimeMetrics as metrics } from "../names/index.ts";

type Record = (
  definition: MetricDefinition,
  labels: Readonly<{ [label: string]: string }>,
  value: number,
) => void;

/** Where the metrics of the runtime go. */
export interface RuntimeRecorder {
  readonly set: Record;
  readonly observe: Record;
}

/**
 * Time between two looks at the event loop, in ms: 10, as others take, costs 0.6 % of a core in an idle process; 50 costs
 * 0.1 %, and still sees every delay of 50 ms.
 */
const lookEveryMs = 50;

/**
 * Measures the Node runtime, until `close`. These are prom-client's default metrics, collected here because prom-client
 * cannot stop collecting, tells one garbage collection of several at a time, and calls Node's version as we call the app's.
 */
export class RuntimeMetrics {
  readonly #to: RuntimeRecorder;
  readonly #delay = monitorEventLoopDelay({ resolution: lookEveryMs });
  readonly #collections: PerformanceObserver;
  readonly #mostOpenFiles = mostOpenFiles();
  readonly #heapSpaces = new Set<string>();
  readonly #resourceTypes = new Set<string>();
  #utilization = performance.eventLoopUtilization();

  constructor(to: RuntimeRecorder) {
    this.#to = to;
    this.#delay.enable();
    this.#collections = new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { detail: { kind: number } })[]) {
        const kind = garbageCollections[entry.detail.kind] ?? "other";
        to.observe(metrics.gcDuration, { kind }, entry.duration / 1000);
      }
    });
    this.#collections.observe({ entryTypes: ["gc"] });
  }

  close(): void {
    this.#delay.disable();
    this.#collections.disconnect();
  }

  /** Sets everything that is not told by itself. */
  async collect(): Promise<void> {
    this.#collectProcess();
    this.#collectHeap();
    this.#collectResources();
    this.#collectDelay();
    await Promise.all([this.#collectLag(), this.#collectOpenFiles()]);
  }

  #collectProcess(): void {
    const { set } = this.#to;
    const { user, system } = process.cpuUsage();
    set(metrics.cpuUser, {}, user / 1e6);
    set(metrics.cpuSystem, {}, system / 1e6);
    set(metrics.cpu, {}, (user + system) / 1e6);
    set(metrics.startTime, {}, Math.round(performance.timeOrigin / 1000));
    set(metrics.version, nodeVersion, 1);
    if (this.#mostOpenFiles !== undefined) set(metrics.mostOpenFiles, {}, this.#mostOpenFiles);
  }

  #collectHeap(): void {
    const { set } = this.#to;
    const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
    set(metrics.residentMemory, {}, rss);
    set(metrics.heapTotal, {}, heapTotal);
    set(metrics.heapUsed, {}, heapUsed);
    set(metrics.externalMemory, {}, external);
    for (const part of getHeapSpaceStatistics()) {
      const space = part.space_name.replace(/_space$/, "");
      // Half of the spaces are for what hardly any process does.
      if (part.space_size === 0 && !this.#heapSpaces.has(space)) continue;
      this.#heapSpaces.add(space);
      set(metrics.heapSpaceTotal, { space }, part.space_size);
      set(metrics.heapSpaceUsed, { space }, part.space_used_size);
      set(metrics.heapSpaceAvailable, { space }, part.space_available_size);
    }
  }

  #collectResources(): void {
    const counts = new Map<string, number>();
    for (const type of this.#resourceTypes) counts.set(type, 0);
    for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
    for (const [type, count] of counts) {
      this.#resourceTypes.add(type);
      this.#to.set(metrics.activeResources, { type }, count);
    }
  }

  #collectDelay(): void {
    const { set } = this.#to;
    const delay = this.#delay;
    // What is measured is the time between two looks, the pause included.
    const seconds = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - lookEveryMs / 1000);
    if (delay.count > 0) {
      set(metrics.eventLoopLagMin, {}, seconds(delay.min));
      set(metrics.eventLoopLagMax, {}, seconds(delay.max));
      set(metrics.eventLoopLagMean, {}, seconds(delay.mean));
      set(metrics.eventLoopLagStddev, {}, delay.stddev / 1e9);
      set(metrics.eventLoopLagP50, {}, seconds(delay.percentile(50)));
      set(metrics.eventLoopLagP90, {}, seconds(delay.percentile(90)));
      set(metrics.eventLoopLagP99, {}, seconds(delay.percentile(99)));
      delay.reset();
    }
    const now = performance.eventLoopUtilization();
    set(
      metrics.eventLoopUtilization,
      {},
      performance.eventLoopUtilization(now, this.#utilization).utilization,
    );
    this.#utilization = now;
  }

  async #collectLag(): Promise<void> {
    const start = performance.now();
    await nextTurn();
    this.#to.set(metrics.eventLoopLag, {}, (performance.now() - start) / 1000);
  }

  async #collectOpenFiles(): Promise<void> {
    if (process.platform !== "linux") return;
    // Less the one by which the folder is read.
    const open = (await readdir("/proc/self/fd")).length - 1;
    this.#to.set(metrics.openFiles, {}, open);
  }
}

const garbageCollections: Readonly<{ [kind: number]: string }> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: "major",
  [constants.NODE_PERFORMANCE_GC_MINOR]: "minor",
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: "incremental",
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: "weakcb",
};

const [major = "", minor = "", patch = ""] = process.versions.node.split(".");
const nodeVersion = { node_version: process.version, major, minor, patch };

/** Of this process; `undefined` where that is not told, or there is no limit. */
function mostOpenFiles(): number | undefined {
  try {
    const limit = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}
