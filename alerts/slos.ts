import { metrics, spanNames, type Outcome, type PluginOperation } from "../sdk/src/names/index.ts";
import type { Team } from "./teams.ts";

/** A counter of operations, and the part of it that failed. */
export interface OperationSource {
  counter: string;
  /** Matcher of the operations that failed, e.g. `outcome="error"`. */
  failed: string;
}

/** What is measured. `alerts/slo/indicators/` has a file for each kind. */
export type Indicator =
  /** Share of the events of a histogram that took no longer than a time. */
  | {
      kind: "latency";
      /** Name of the histogram, in seconds; it has a bucket that ends at `withinSeconds`. */
      histogram: string;
      withinSeconds: number;
      /** TraceQL that selects the spans of these events. */
      spans: string;
    }
  /** Share of operations that did not fail, of all sources together. */
  | { kind: "outcome"; sources: Readonly<Record<string, OperationSource>> }
  /** Share of time in which at least one replica of a service said that it was ready. */
  | { kind: "readiness"; gauge: string };

/** A service level objective: what is promised, and who is told when the promise is in danger. */
export interface Slo {
  /** Label `slo` of all that follows from it; in PascalCase the beginning of its alerts' names. */
  id: string;
  title: string;
  promise: string;
  /** Share of good events, between 0 and 1. */
  objective: number;
  /** Days over which the objective holds. */
  windowDays: number;
  indicator: Indicator;
  /**
   * Beyond these the alert `<Id>Breached` fires. Latency: the objective's percentile over 5 minutes, in seconds.
   * Outcome: share of failures over 5 minutes. Readiness: share of ready time over an hour, of a service not ready now.
   */
  thresholds: { warning?: number; critical: number };
  /** Fewer bad events than this within an alert's window alert nobody, however few events there are. Default: any does. */
  minimumErrors?: number;
  team: Team;
}

const failed = `outcome="${"error" satisfies Outcome}"`;

/** The promises. Recording rules, alerts, budgets and their tests follow from this list. */
export const slos: readonly Slo[] = [
  {
    id: "usb-latency",
    title: "USB event latency",
    promise: "95 % of USB events are handled within 80 ms",
    objective: 0.95,
    windowDays: 30,
    indicator: {
      kind: "latency",
      histogram: metrics.usbEventDuration.name,
      withinSeconds: 0.08,
      spans: `name =~ "${spanNames.usb(".+")}"`,
    },
    thresholds: { warning: 0.08, critical: 0.1 },
    minimumErrors: 10,
    team: "devices",
  },
  {
    id: "plugin-load",
    title: "Plugin load time",
    promise: "95 % of plugin loads take no longer than 200 ms",
    objective: 0.95,
    windowDays: 30,
    indicator: {
      kind: "latency",
      histogram: metrics.pluginLoadDuration.name,
      withinSeconds: 0.2,
      spans: `name = "${spanNames.plugin("load" satisfies PluginOperation)}"`,
    },
    thresholds: { warning: 0.2, critical: 0.25 },
    minimumErrors: 3,
    team: "plugins",
  },
  {
    id: "availability",
    title: "Availability",
    promise: "Every service is ready 99.9 % of the time",
    objective: 0.999,
    windowDays: 30,
    indicator: { kind: "readiness", gauge: metrics.healthStatus.name },
    thresholds: { critical: 0.999 },
    team: "platform",
  },
  {
    id: "errors",
    title: "Error rate",
    promise: "99 % of operations do not fail",
    objective: 0.99,
    windowDays: 30,
    indicator: {
      kind: "outcome",
      sources: {
        http: {
          counter: `${metrics.httpRequestDuration.name}_count`,
          failed: 'http_response_status_code=~"5.."',
        },
        usb: { counter: metrics.usbEvents.name, failed },
        plugin: { counter: metrics.pluginOperations.name, failed },
        queue: { counter: metrics.queueJobs.name, failed },
        memory: { counter: metrics.memoryOperations.name, failed },
      },
    },
    thresholds: { warning: 0.01, critical: 0.05 },
    minimumErrors: 10,
    team: "platform",
  },
];
