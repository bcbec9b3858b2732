import type { jobResults, UsbAction } from "../../sdk/src/names/index.ts";
import { metrics } from "../../sdk/src/names/index.ts";
import type { Row } from "../dashboard.ts";
import { evidence } from "../links.ts";
import { resultColors, stateColors } from "../palette.ts";
import type { Panel } from "../panels/panel.ts";
import { timeSeries } from "../panels/time-series.ts";
import { maxBy, ofApp, recorded, sumBy } from "../promql.ts";
import { countRate } from "../recordings.ts";
import type { Scope } from "../variables.ts";
import { errors } from "./errors.ts";
import { latency, meanDuration } from "./latency.ts";
import {
  jobs,
  memoryOperations,
  pluginLoads,
  pluginOperations,
  requests,
  resolvers,
  usbEvents,
  waits,
} from "./timed.ts";

export const requestsRow = (scope: Scope): Row => ({
  title: "HTTP requests",
  panels: [
    ...latency(requests, scope),
    errors(
      {
        what: "Requests",
        metric: metrics.httpRequestDuration,
        by: "http_route",
        spans: requests.spans,
      },
      scope,
    ),
  ],
});

export const usbRow = (scope: Scope): Row => ({
  title: "USB",
  panels: [
    ...latency(usbEvents, scope),
    errors(
      {
        what: "USB events",
        metric: metrics.usbEvents,
        by: "action",
        spans: usbEvents.spans,
        among: `action!="${"error" satisfies UsbAction}"`,
      },
      scope,
    ),
    timeSeries({
      title: "USB events by action",
      description:
        "Attaching and detaching in turns, and often, is a device or a cable that is about to fail.",
      unit: "ops",
      width: 8,
      style: "stacked",
      queries: [
        {
          expr: sumBy(["action"], recorded(countRate(metrics.usbEvents), scope)),
          legend: "{{action}}",
        },
      ],
    }),
    timeSeries({
      title: "USB payload",
      description: metrics.usbTransferBytes.help,
      unit: "Bps",
      width: 8,
      queries: [
        {
          expr: sumBy(["direction", "type"], recorded(countRate(metrics.usbTransferBytes), scope)),
          legend: "{{type}} {{direction}}",
        },
      ],
    }),
    timeSeries({
      title: "USB devices",
      description: `${metrics.usbDevices.help} By vendor.`,
      unit: "short",
      width: 8,
      style: "stacked",
      queries: [{ expr: sumBy(["vendor_id"], ofApp(metrics.usbDevices, scope)), legend: "{{vendor_id}}" }],
    }),
  ],
});

export const pluginsRow = (scope: Scope): Row => ({
  title: "Plugins",
  panels: [
    ...latency(pluginLoads, scope),
    errors(
      {
        what: "Plugin operations",
        metric: metrics.pluginOperations,
        by: "plugin",
        spans: pluginOperations.spans,
      },
      scope,
    ),
    meanDuration(pluginLoads, "plugin", scope),
    meanDuration(pluginOperations, "operation", scope),
    timeSeries({
      title: "Plugin operations by operation",
      description: metrics.pluginOperations.help,
      unit: "ops",
      width: 8,
      style: "stacked",
      queries: [
        {
          expr: sumBy(["operation"], recorded(countRate(metrics.pluginOperations), scope)),
          legend: "{{operation}}",
        },
      ],
    }),
  ],
});

export const queuesRow = (scope: Scope): Row => ({
  title: "Queues",
  panels: [
    ...latency(jobs, scope),
    errors({ what: "Jobs", metric: metrics.queueJobs, by: "queue", spans: jobs.spans }, scope),
    meanDuration(waits, "queue", scope),
    queueDepth(scope),
    timeSeries({
      title: "Jobs by result",
      description: metrics.queueJobs.help,
      unit: "ops",
      width: 8,
      style: "stacked",
      colors: resultColors satisfies Record<(typeof jobResults)[number], string>,
      queries: [
        { expr: sumBy(["result"], recorded(countRate(metrics.queueJobs), scope)), legend: "{{result}}" },
      ],
      links: evidence(scope, jobs.spans),
    }),
  ],
});

/** Every replica of a service reports the same queue. */
const queueDepth = (scope: Scope): Panel =>
  timeSeries({
    title: "Jobs in queues",
    description: "By state. Waiting jobs that only grow in number come faster than they are done.",
    noValue: "No app of one's own has a queue",
    unit: "short",
    width: 8,
    style: "stacked",
    colors: stateColors,
    queries: [
      {
        expr: sumBy(
          ["state"],
          maxBy(["tenant_id", "service", "queue", "state"], ofApp(metrics.queueDepth, scope)),
        ),
        legend: "{{state}}",
      },
    ],
  });

export const memoryRow = (scope: Scope): Row => ({
  title: "Memory system",
  panels: [
    ...latency(memoryOperations, scope),
    errors(
      {
        what: "Memory operations",
        metric: metrics.memoryOperations,
        by: "operation",
        spans: memoryOperations.spans,
      },
      scope,
    ),
  ],
});

export const graphqlRow = (scope: Scope): Row => ({
  title: "GraphQL",
  panels: [
    ...latency(resolvers, scope),
    errors(
      {
        what: "GraphQL resolvers",
        metric: metrics.graphqlResolverDuration,
        by: "field",
        spans: resolvers.spans,
      },
      scope,
    ),
  ],
});
