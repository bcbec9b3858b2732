import { type DropReason, metrics } from "../../sdk/src/names/index.ts";
import type { Alert } from "../alert.ts";
import { grown } from "../promql.ts";

const subject = ["tenant_id", "service"] as const;
const who = "{{ $labels.service }} for tenant {{ $labels.tenant_id }}";
const dropped = metrics.dropped.name;
const cardinality = "cardinality" satisfies DropReason;
const shed = "shed" satisfies DropReason;

/** What the SDK says of itself: telemetry that never left an app. */
export const telemetryAlerts: Alert[] = [
  {
    alert: "TelemetryDropped",
    severity: "warning",
    expr: grown(`${dropped}{reason!~"${cardinality}|${shed}"}`, [...subject, "signal", "reason"], "15m"),
    holdsSeconds: 60,
    summary: `Telemetry of ${who} is lost ({{ $labels.signal }}, {{ $labels.reason }}).`,
    description: "The app's SDK has given up telemetry within the last 15 minutes.",
    unit: "count",
    dashboard: "developer",
    subject,
  },
  {
    alert: "TelemetryShedding",
    severity: "warning",
    expr: `max by (${subject.join(", ")}) (${metrics.sheddingLevel.name}) > 0`,
    holdsSeconds: 600,
    lingersSeconds: 300,
    summary: `${who} records less than it should, for want of memory.`,
    description:
      "The SDK's memory guard gives up traces and logs: 1 most traces and debug logs, 2 all traces, 3 all but metrics.",
    unit: "count",
    dashboard: "developer",
    subject,
  },
  {
    alert: "LabelValuesCapped",
    severity: "warning",
    expr: grown(`${dropped}{reason="${cardinality}"}`, subject, "15m"),
    holdsSeconds: 900,
    summary: `A label of ${who} has too many values.`,
    description: "Values past the cap are counted as `other`: what a label tells apart must be bounded.",
    unit: "count",
    dashboard: "cost",
    subject,
  },
];
