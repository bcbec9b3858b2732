import type { RuleCase } from "../../../support/promtool.ts";
import { type Episode, episodeCases } from "./episode.ts";

const hour = 3600;

/** Requests to a route, of which a share fails. */
const requestsFailing = (alert: string, metric: string): Episode => ({
  alert,
  counters: {
    [`${metric}{route="push",status_code="500"}`]: [0, 1200, 100],
    [`${metric}{route="push",status_code="200"}`]: [1000, 800, 900],
    [`${metric}{route="query",status_code="200"}`]: [1000, 1000, 1000],
    [`${metric}{route="ready",status_code="503"}`]: [10, 10, 10],
  },
  firesAfterSeconds: 600,
  endsAfterSeconds: 240,
  labels: { route: "push", severity: "critical" },
});

const ingestionRefused = (alert: string, metric: string): Episode => ({
  alert,
  counters: {
    [`${metric}{tenant="a",reason="rate_limited",pod="0"}`]: [0, 1, 0],
    [`${metric}{tenant="b",reason="rate_limited",pod="0"}`]: [0, 0, 0],
  },
  firesAfterSeconds: 600,
  endsAfterSeconds: 240,
  labels: { tenant_id: "a", reason: "rate_limited" },
});

/** A job that tells when it last ran, in one of two pods: it stops, and runs again. */
function stalled(alert: string, timestamp: string, hours: number): RuleCase[] {
  const perStep = 600;
  const last = 12;
  const untilLate = (hours * hour) / perStep;
  const fires = (last - 1 + untilLate) * perStep + hour + perStep;
  const runs = Array.from({ length: last }, (_, index) => index * perStep);
  const steps = fires / perStep + 4;
  return [
    {
      promise: `${alert} fires an hour after the last run is ${hours} hours ago, and ends with the next`,
      everySeconds: perStep,
      series: {
        [`${timestamp}{pod="0"}`]: [
          ...runs,
          ...Array<number>(steps - last).fill((last - 1) * perStep),
          steps * perStep,
        ],
        [`${timestamp}{pod="1"}`]: `0x${steps}`,
      },
      alert,
      firing: {
        [`${fires - perStep}s`]: [],
        [`${fires}s`]: [{ severity: "warning" }],
        [`${steps * perStep}s`]: [],
      },
    },
    {
      promise: `${alert} fires for what has never run`,
      everySeconds: perStep,
      // Seconds since 1970 are small in a test: that it never ran is seen when the hours are over.
      series: { [`${timestamp}{pod="0"}`]: `0x${steps}` },
      alert,
      firing: { [`${hours * hour}s`]: [], [`${(hours + 1) * hour + perStep}s`]: [{ severity: "warning" }] },
    },
    {
      promise: `${alert} is silent while it runs now and then`,
      everySeconds: perStep,
      series: {
        [`${timestamp}{pod="0"}`]: Array.from(
          { length: steps },
          (_, index) => Math.floor(index / untilLate) * untilLate * perStep,
        ),
      },
      alert,
      firing: { [`${(steps - 1) * perStep}s`]: [] },
    },
  ];
}

export const lokiCases: RuleCase[] = [
  ...episodeCases(ingestionRefused("LokiIngestionRefused", "loki_discarded_samples_total")),
  ...episodeCases(requestsFailing("LokiRequestsFailing", "loki_request_duration_seconds_count")),
  ...["loki_ingester_chunks_flush_failures_total", "loki_ingester_wal_disk_full_failures_total"].flatMap(
    (counter) =>
      episodeCases({
        alert: "LokiFlushFailing",
        counters: { [`${counter}{pod="0"}`]: [0, 1, 0] },
        firesAfterSeconds: 900,
        endsAfterSeconds: 240,
        labels: { pod: "0", severity: "critical" },
      }),
  ),
  ...stalled(
    "LokiCompactionStalled",
    "loki_boltdb_shipper_compact_tables_operation_last_successful_run_timestamp_seconds",
    3,
  ),
  ...stalled(
    "LokiRetentionStalled",
    "loki_compactor_apply_retention_last_successful_run_timestamp_seconds",
    24,
  ),
];

export const tempoCases: RuleCase[] = [
  ...episodeCases(ingestionRefused("TempoIngestionRefused", "tempo_discarded_spans_total")),
  ...episodeCases(requestsFailing("TempoRequestsFailing", "tempo_request_duration_seconds_count")),
  ...episodeCases({
    alert: "TempoFlushFailing",
    counters: { 'tempo_ingester_failed_flushes_total{pod="0"}': [0, 1, 0] },
    firesAfterSeconds: 900,
    endsAfterSeconds: 840,
    labels: { pod: "0", severity: "critical" },
  }),
  ...episodeCases({
    alert: "TempoCompactionFailing",
    everySeconds: 300,
    counters: { 'tempodb_compaction_errors_total{pod="0"}': [0, 3, 0] },
    wellSeconds: 2 * hour,
    wrongSeconds: 4 * hour,
    firesAfterSeconds: hour,
    endsAfterSeconds: hour - 600,
    labels: { severity: "warning" },
  }),
  {
    promise: "TempoCompactionFailing is silent at two errors within an hour",
    everySeconds: 300,
    series: {
      'tempodb_compaction_errors_total{pod="0"}': [
        ...Array<number>(24).fill(0),
        1,
        ...Array<number>(60).fill(1),
      ],
    },
    alert: "TempoCompactionFailing",
    firing: { "3h": [], "4h": [] },
  },
  {
    promise: "TempoRetentionStalled fires an hour after an hour without a run, and ends with the next",
    everySeconds: 300,
    series: {
      'tempodb_retention_duration_seconds_count{pod="0"}': [
        ...Array.from({ length: 24 }, (_, index) => index),
        ...Array<number>(36).fill(23),
        24,
        25,
      ],
      'tempodb_retention_duration_seconds_count{pod="1"}': "0x80",
      'tempodb_blocklist_length{pod="0",tenant="a"}': "5x80",
    },
    alert: "TempoRetentionStalled",
    firing: { "3h45m": [], "3h50m": [{ severity: "warning" }], "4h55m": [{ severity: "warning" }], "5h": [] },
  },
  {
    promise: "TempoRetentionStalled is silent while one of the pods applies it once an hour",
    everySeconds: 300,
    series: {
      'tempodb_retention_duration_seconds_count{pod="0"}': Array.from({ length: 100 }, (_, index) =>
        Math.floor(index / 11),
      ),
      'tempodb_retention_duration_seconds_count{pod="1"}': "0x100",
      'tempodb_blocklist_length{pod="0",tenant="a"}': "5x100",
    },
    alert: "TempoRetentionStalled",
    firing: { "3h": [], "6h": [], "8h": [] },
  },
  {
    promise:
      "TempoRetentionStalled is silent where no trace has been stored yet, and nothing can be kept too long",
    everySeconds: 300,
    series: { 'tempodb_retention_duration_seconds_count{pod="0"}': "0x60" },
    alert: "TempoRetentionStalled",
    firing: { "2h": [], "4h": [] },
  },
  {
    promise: "TempoRetentionStalled fires an hour after it began to fail",
    everySeconds: 300,
    series: {
      'tempodb_retention_duration_seconds_count{pod="0"}': "0+1x60",
      'tempodb_retention_errors_total{pod="0"}': "0x24 3+3x36",
    },
    alert: "TempoRetentionStalled",
    firing: { "3h": [], "3h5m": [{ severity: "warning" }] },
  },
];

export const ringCases: RuleCase[] = ["loki", "tempo"].flatMap((program) =>
  episodeCases({
    alert: "RingMemberUnhealthy",
    gauges: {
      [`${program}_ring_members{job="${program}",name="ingester",state="Unhealthy",pod="0"}`]: [0, 1, 0],
      [`${program}_ring_members{job="${program}",name="ingester",state="ACTIVE",pod="0"}`]: [3, 2, 3],
    },
    firesAfterSeconds: 900,
    endsAfterSeconds: 0,
    labels: { job: program, name: "ingester" },
  }),
);
