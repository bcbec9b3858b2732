import { slos } from "../../alerts/slos.ts";
import { attributes, metrics, type PluginOperation, spanNames } from "../../sdk/src/names/index.ts";
import type { Timed } from "./latency.ts";

const sloOf = (histogram: { name: string }) =>
  slos.find(({ indicator }) => indicator.kind === "latency" && indicator.histogram === histogram.name);

const timed = (what: string, histogram: Timed["histogram"], spans: string): Timed => {
  const slo = sloOf(histogram);
  return { what, histogram, spans, ...(slo ? { slo } : {}) };
};

/** What AutoWeave does and how long it takes; with the spans that show it. */
export const requests = timed("Requests", metrics.httpRequestDuration, "kind = server");
export const usbEvents = timed("USB events", metrics.usbEventDuration, `name =~ "${spanNames.usb(".*")}"`);
export const pluginLoads = timed(
  "Plugin loads",
  metrics.pluginLoadDuration,
  `name = "${spanNames.plugin("load" satisfies PluginOperation)}"`,
);
export const pluginOperations = timed(
  "Plugin operations",
  metrics.pluginOperationDuration,
  `name =~ "${spanNames.plugin(".*")}"`,
);
export const jobs = timed("Jobs", metrics.queueJobDuration, "kind = consumer");
export const waits = timed("Waiting for a worker", metrics.queueWait, "kind = consumer");
export const memoryOperations = timed(
  "Memory operations",
  metrics.memoryOperationDuration,
  `name =~ "${spanNames.memory(".*")}"`,
);
export const resolvers = timed(
  "GraphQL resolvers",
  metrics.graphqlResolverDuration,
  `span.${attributes.graphqlFieldName} != nil`,
);
