import { metrics, spanNames } from "../../sdk/src/names/index.ts";
import type { Alert } from "../alert.ts";
import { grown } from "../promql.ts";

const subject = ["tenant_id", "service"] as const;
const labels = [...subject, "queue"];
const queue = "Queue {{ $labels.queue }} of {{ $labels.service }} for tenant {{ $labels.tenant_id }}";

const waiting = (offset = "") =>
  `max by (${labels.join(", ")}) (${metrics.queueDepth.name}{state="waiting"}${offset})`;

/** Jobs that are not done in time, or never. */
export const queueAlerts: Alert[] = [
  {
    alert: "QueueGrowing",
    severity: "warning",
    // Every replica of a service reports the same queue.
    expr: `${waiting()} > 100 and ${waiting()} > 1.1 * ${waiting(" offset 30m")}`,
    holdsSeconds: 900,
    lingersSeconds: 300,
    summary: `${queue} grows.`,
    description:
      "More than 100 jobs wait, and over a tenth more than 30 minutes ago: jobs come faster than they are done.",
    unit: "count",
    dashboard: "developer",
    subject,
    traces: `name = "${spanNames.process("<queue>")}"`,
  },
  {
    alert: "QueueJobsDead",
    severity: "warning",
    expr: grown(`${metrics.queueJobs.name}{result="dead"}`, labels, "15m"),
    summary: `${queue} has given up jobs.`,
    description: "Jobs failed as often as they may be tried, and will not be tried again.",
    unit: "count",
    dashboard: "developer",
    subject,
    traces: `name = "${spanNames.process("<queue>")}" && status = error`,
  },
];
