import type { Alert } from "../alert.ts";

/** As the Collector names what it counts, by signal. */
const items = ["spans", "metric_points", "log_records"] as const;

const anySignal = (metric: (item: string) => string, by: string, above: string) =>
  items.map((item) => `sum by (${by}) (rate(${metric(item)}[5m])) > ${above}`).join(" or ");

const queueFilled = (above: number) =>
  `max by (pod, exporter, data_type) (otelcol_exporter_queue_size / otelcol_exporter_queue_capacity) > ${above}`;

/** The exporter that takes what no credential may say, and drops it. */
const refused = '{exporter="debug/refused"}';

/** The way of telemetry through the Collector: what waits, what is sent back, what is lost. */
export const collectorAlerts: Alert[] = [
  {
    alert: "CollectorQueueFilling",
    severity: "warning",
    expr: queueFilled(0.5),
    holdsSeconds: 600,
    summary: "The queue of {{ $labels.exporter }} in {{ $labels.pod }} is half full.",
    description:
      "The backend does not take telemetry as fast as it comes. When the queue is full, senders are told to wait.",
    unit: "share",
  },
  {
    alert: "CollectorQueueFilling",
    severity: "critical",
    expr: queueFilled(0.9),
    holdsSeconds: 300,
    summary: "The queue of {{ $labels.exporter }} in {{ $labels.pod }} is nearly full.",
    description: "Senders will be told to wait, and lose what they cannot keep.",
    unit: "share",
  },
  {
    alert: "CollectorDropping",
    severity: "critical",
    expr: anySignal((item) => `otelcol_exporter_send_failed_${item}_total`, "exporter", "0"),
    holdsSeconds: 300,
    summary: "{{ $labels.exporter }} loses telemetry.",
    description: "The backend refuses records for good, and they are dropped.",
    unit: "count",
  },
  {
    alert: "CollectorRefusing",
    severity: "warning",
    expr: [
      anySignal((item) => `otelcol_receiver_refused_${item}_total`, "pod, receiver", "0"),
      anySignal((item) => `otelcol_exporter_enqueue_failed_${item}_total`, "pod, exporter", "0"),
    ].join(" or "),
    holdsSeconds: 600,
    summary: "{{ $labels.pod }} sends telemetry back.",
    description:
      "Its memory or a queue is full. Senders keep what is refused and try again, for as long as they can.",
    unit: "count",
  },
  {
    alert: "CollectorForeignTenants",
    severity: "warning",
    expr: anySignal((item) => `otelcol_exporter_sent_${item}_total${refused}`, "pod", "0"),
    holdsSeconds: 900,
    summary: "Telemetry comes that names a tenant its sender may not speak for.",
    description:
      "It is dropped. A service's list of tenants is incomplete, or somebody tries what he should not.",
    unit: "count",
  },
];
