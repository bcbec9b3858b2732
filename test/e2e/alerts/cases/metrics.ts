import type { RuleCase } from "../../../support/promtool.ts";
import { gauge } from "../../../support/samples.ts";
import { episodeCases } from "./episode.ts";

const hour = 3600;
const day = 24 * hour;

export const targetCases: RuleCase[] = [
  ...episodeCases({
    alert: "TargetDown",
    gauges: { 'up{job="loki",instance="a"}': [1, 0, 1], 'up{job="loki",instance="b"}': [1, 1, 1] },
    firesAfterSeconds: 600,
    endsAfterSeconds: 0,
    labels: { job: "loki", instance: "a", severity: "warning" },
  }),
  {
    promise:
      "ScrapeJobAbsent tells after 15 minutes, and not before, which job is not scraped, and ends when it is",
    everySeconds: 60,
    series: {
      ...Object.fromEntries(
        ["loki", "grafana", "database", "redis"].map((job) => [`up{job="${job}"}`, "1x60"]),
      ),
      'up{job="tempo"}': [...Array<number>(10).fill(1), "stale", ...Array<"_">(20).fill("_"), 1, 1, 1],
    },
    alert: "ScrapeJobAbsent",
    firing: {
      "24m": [],
      "25m": [{ job: "tempo", severity: "warning" }],
      "30m": [{ job: "tempo", severity: "warning" }],
      "31m": [],
    },
  },
  {
    promise: "ScrapeJobAbsent is silent for a job whose targets are down: that is another alert",
    series: Object.fromEntries(
      ["loki", "tempo", "grafana", "database", "redis"].map((job) => [`up{job="${job}"}`, "0x60"]),
    ),
    alert: "ScrapeJobAbsent",
    firing: { "30m": [] },
  },
  ...[
    "prometheus_target_scrapes_exceeded_sample_limit_total",
    "prometheus_target_scrapes_exceeded_body_size_limit_total",
    "prometheus_target_scrape_pool_exceeded_label_limits_total",
  ].flatMap((counter) =>
    episodeCases({
      alert: "ScrapesRefused",
      counters: { [`${counter}{job="prometheus",pod="0"}`]: [0, 1, 0] },
      firesAfterSeconds: 300,
      endsAfterSeconds: 540,
      labels: { job: "prometheus", pod: "0" },
    }),
  ),
];

export const prometheusCases: RuleCase[] = [
  ...["failed", "retried"].flatMap((end) =>
    episodeCases({
      alert: "LongTermWritesFailing",
      counters: { [`prometheus_remote_storage_samples_${end}_total{pod="0",url="http://x"}`]: [0, 1, 0] },
      firesAfterSeconds: 900,
      endsAfterSeconds: 840,
      labels: { pod: "0", url: "http://x" },
    }),
  ),
  ...["compactions_failed", "reloads_failures", "wal_writes_failed", "wal_corruptions"].flatMap((what) =>
    episodeCases({
      alert: "PrometheusStorageFailing",
      counters: { [`prometheus_tsdb_${what}_total{job="prometheus",pod="0"}`]: [0, 1, 0] },
      firesAfterSeconds: 300,
      endsAfterSeconds: hour - 60,
      labels: { job: "prometheus", pod: "0", severity: "critical" },
    }),
  ),
  {
    promise:
      "PrometheusRetentionStalled fires an hour after the oldest sample should have gone, and ends when it goes",
    everySeconds: 600,
    series: {
      'prometheus_tsdb_retention_limit_seconds{job="prometheus",pod="0"}': `${day}x500`,
      // From the very beginning: 1.2 days of retention and a day more are over after 190,080 seconds.
      'prometheus_tsdb_lowest_timestamp_seconds{job="prometheus",pod="0"}': gauge([1, 350], [150_000, 50]),
    },
    alert: "PrometheusRetentionStalled",
    firing: {
      "190800s": [],
      "193200s": [],
      "194400s": [{ job: "prometheus", pod: "0" }],
      "211200s": [],
    },
  },
  {
    promise: "PrometheusRetentionStalled is silent for one that has no sample yet",
    everySeconds: 600,
    series: {
      'prometheus_tsdb_retention_limit_seconds{pod="0"}': `${day}x400`,
      'prometheus_tsdb_lowest_timestamp_seconds{pod="0"}': "0x400",
    },
    alert: "PrometheusRetentionStalled",
    firing: { "200000s": [] },
  },
  ...["out_of_order", "too_old", "out_of_bound"].flatMap((reason) =>
    episodeCases({
      alert: "PrometheusSamplesRefused",
      counters: Object.fromEntries(
        ["out_of_order", "too_old", "out_of_bound"].map((other) => [
          `prometheus_tsdb_${other}_samples_total{job="prometheus",pod="0"}`,
          other === reason ? [0, 1, 0] : [0, 0, 0],
        ]),
      ),
      firesAfterSeconds: 900,
      endsAfterSeconds: 240,
      labels: { job: "prometheus", pod: "0" },
    }),
  ),
  {
    promise:
      "CardinalityGrowing fires half an hour after there are twice as many series as a day ago, and ends with them",
    everySeconds: 300,
    series: { 'prometheus_tsdb_head_series{pod="0"}': gauge([40_000, 288], [80_001, 24], [80_000, 12]) },
    alert: "CardinalityGrowing",
    firing: { "24h": [], "24h25m": [], "24h30m": [{ pod: "0" }], "25h55m": [{ pod: "0" }], "26h": [] },
  },
  {
    promise: "CardinalityGrowing is silent where twice as many are still few",
    everySeconds: 300,
    series: { 'prometheus_tsdb_head_series{pod="0"}': gauge([10_000, 288], [50_000, 24]) },
    alert: "CardinalityGrowing",
    firing: { "25h": [] },
  },
];
