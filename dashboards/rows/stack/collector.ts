import type { Row } from "../../dashboard.ts";
import { signalColors } from "../../palette.ts";
import { timeSeries } from "../../panels/time-series.ts";

/** As the Collector names what it counts. */
const items = { traces: "spans", metrics: "metric_points", logs: "log_records" } as const;

const bySignal = (metric: (item: string) => string, by = "") =>
  Object.entries(items).map(([signal, item]) => ({
    expr: `sum${by && ` by (${by})`} (rate(${metric(item)}[$__rate_interval]))`,
    legend: by ? `${signal}: {{${by}}}` : signal,
  }));

/** What comes in, what waits, what is refused and what is lost on the way to the backends. */
export const collectorRow: Row = {
  title: "Collector",
  panels: [
    timeSeries({
      title: "Telemetry received",
      description: "Spans, data points and log lines that senders brought.",
      unit: "cps",
      width: 6,
      colors: signalColors,
      queries: bySignal((item) => `otelcol_receiver_accepted_${item}_total`),
    }),
    timeSeries({
      title: "Sending queues",
      description: "How full each exporter's queue is. When it is full, senders are told to wait.",
      unit: "percentunit",
      width: 6,
      max: 1,
      limits: { warning: 0.5, critical: 0.9 },
      queries: [
        {
          expr: "max by (exporter) (otelcol_exporter_queue_size / otelcol_exporter_queue_capacity)",
          legend: "{{exporter}}",
        },
      ],
    }),
    timeSeries({
      title: "Sent back",
      description: "Refused for want of memory or room in a queue. Senders keep it and try again.",
      unit: "cps",
      width: 6,
      colors: signalColors,
      queries: bySignal((item) => `otelcol_receiver_refused_${item}_total`),
    }),
    timeSeries({
      title: "Lost",
      description: "What a backend refused for good. Anything but 0 is missing.",
      noValue: "Nothing was lost",
      unit: "cps",
      width: 6,
      queries: bySignal((item) => `otelcol_exporter_send_failed_${item}_total`, "exporter"),
    }),
  ],
};
