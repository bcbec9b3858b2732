import type { RuleCase } from "../../../support/promtool.ts";
import { episodeCases } from "./episode.ts";

const items = ["spans", "metric_points", "log_records"];
const exporter = 'exporter="otlp_http/logs-a",data_type="logs",pod="0"';

export const collectorCases: RuleCase[] = [
  ...episodeCases({
    alert: "CollectorQueueFilling",
    gauges: {
      [`otelcol_exporter_queue_size{${exporter}}`]: [0, 51, 50],
      [`otelcol_exporter_queue_capacity{${exporter}}`]: [100, 100, 100],
    },
    firesAfterSeconds: 600,
    endsAfterSeconds: 0,
    labels: { exporter: "otlp_http/logs-a", pod: "0", severity: "warning" },
  }),
  {
    promise:
      "CollectorQueueFilling is critical when the queue is nearly full for five minutes, and not at 90 %",
    series: {
      [`otelcol_exporter_queue_size{${exporter}}`]: "91x60",
      [`otelcol_exporter_queue_capacity{${exporter}}`]: "100x60",
      [`otelcol_exporter_queue_size{${exporter.replace("-a", "-b")}}`]: "90x60",
      [`otelcol_exporter_queue_capacity{${exporter.replace("-a", "-b")}}`]: "100x60",
    },
    alert: "CollectorQueueFilling",
    firing: {
      "4m30s": [],
      "5m": [{ severity: "critical", exporter: "otlp_http/logs-a" }],
      "10m": [
        { severity: "critical", exporter: "otlp_http/logs-a" },
        { severity: "warning", exporter: "otlp_http/logs-a" },
        { severity: "warning", exporter: "otlp_http/logs-b" },
      ],
    },
  },
  ...items.flatMap((item) =>
    episodeCases({
      alert: "CollectorDropping",
      counters: { [`otelcol_exporter_send_failed_${item}_total{exporter="x",pod="0"}`]: [0, 1, 0] },
      firesAfterSeconds: 300,
      endsAfterSeconds: 240,
      labels: { exporter: "x", severity: "critical" },
    }),
  ),
  ...items.flatMap((item) =>
    episodeCases({
      alert: "CollectorRefusing",
      counters: { [`otelcol_receiver_refused_${item}_total{receiver="otlp",pod="0"}`]: [0, 1, 0] },
      firesAfterSeconds: 600,
      endsAfterSeconds: 240,
      labels: { receiver: "otlp", pod: "0" },
    }),
  ),
  ...items.flatMap((item) =>
    episodeCases({
      alert: "CollectorRefusing",
      counters: { [`otelcol_exporter_enqueue_failed_${item}_total{exporter="x",pod="0"}`]: [0, 1, 0] },
      firesAfterSeconds: 600,
      endsAfterSeconds: 240,
      labels: { exporter: "x", pod: "0" },
    }),
  ),
  ...items.flatMap((item) =>
    episodeCases({
      alert: "CollectorForeignTenants",
      counters: {
        [`otelcol_exporter_sent_${item}_total{exporter="debug/refused",pod="0"}`]: [0, 1, 0],
        [`otelcol_exporter_sent_${item}_total{exporter="otlp_http/a",pod="0"}`]: [100, 100, 100],
      },
      firesAfterSeconds: 900,
      endsAfterSeconds: 240,
      labels: { pod: "0" },
    }),
  ),
];

const who = 'tenant_id="a",service="app"';
const dropped = `autoweave_observability_dropped_total{${who},signal="traces",reason="queue_full"}`;

export const telemetryCases: RuleCase[] = [
  ...episodeCases({
    alert: "TelemetryDropped",
    counters: {
      [dropped]: [0, 1, 0],
      [dropped.replace('"a"', '"b"')]: [0, 0, 0],
      [dropped.replace("queue_full", "shed")]: [1, 1, 1],
      [dropped.replace("queue_full", "cardinality")]: [1, 1, 1],
    },
    wellSeconds: 1200,
    firesAfterSeconds: 60,
    endsAfterSeconds: 840,
    labels: { tenant_id: "a", service: "app", signal: "traces", reason: "queue_full" },
  }),
  {
    promise: "TelemetryDropped sees what a counter begins with",
    series: { [dropped]: [...Array<"_">(40).fill("_"), ...Array<number>(60).fill(7)] },
    alert: "TelemetryDropped",
    firing: { "20m30s": [], "21m": [{ tenant_id: "a" }], "36m": [] },
  },
  ...episodeCases({
    alert: "TelemetryShedding",
    gauges: { [`autoweave_observability_shedding_level{${who}}`]: [0, 1, 0] },
    firesAfterSeconds: 600,
    endsAfterSeconds: 300,
    labels: { tenant_id: "a", service: "app" },
  }),
  ...episodeCases({
    alert: "LabelValuesCapped",
    counters: { [dropped.replace("queue_full", "cardinality")]: [0, 1, 0] },
    wellSeconds: 1200,
    firesAfterSeconds: 900,
    endsAfterSeconds: 840,
    labels: { tenant_id: "a", service: "app" },
  }),
];
