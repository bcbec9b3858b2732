import type { RuleCase } from "../../../support/promtool.ts";
import { gauge } from "../../../support/samples.ts";
import { episodeCases } from "./episode.ts";

export const grafanaCases: RuleCase[] = [
  ...episodeCases({
    alert: "GrafanaDown",
    gauges: { 'up{job="grafana",pod="0"}': [1, 0, 1], 'up{job="grafana",pod="1"}': [1, 0, 0] },
    firesAfterSeconds: 300,
    endsAfterSeconds: 0,
    labels: { severity: "critical" },
  }),
  {
    promise: "GrafanaDown fires five minutes after it has vanished from what is scraped",
    series: { 'up{job="grafana",pod="0"}': [...Array<number>(20).fill(1), "stale"] },
    alert: "GrafanaDown",
    firing: { "14m30s": [], "15m": [{ severity: "critical" }] },
  },
  ...episodeCases({
    alert: "GrafanaWithoutDatabase",
    gauges: {
      'kube_deployment_status_replicas_available{namespace="observability",deployment="grafana"}': [3, 0, 1],
      'kube_deployment_status_replicas_available{namespace="other",deployment="grafana"}': [0, 0, 0],
      'up{job="grafana",pod="0"}': [1, 1, 1],
    },
    firesAfterSeconds: 300,
    endsAfterSeconds: 0,
    labels: { namespace: "observability", severity: "critical" },
  }),
  {
    promise: "GrafanaWithoutDatabase leaves it to GrafanaDown where no replica answers",
    series: {
      'kube_deployment_status_replicas_available{namespace="observability",deployment="grafana"}': "0x60",
      'up{job="grafana",pod="0"}': "0x60",
    },
    alert: "GrafanaWithoutDatabase",
    firing: { "30m": [] },
  },
];

const archiveAge = "cnpg_pg_stat_archiver_seconds_since_last_archival";
const lastBackup = "barman_cloud_cloudnative_pg_io_last_available_backup_timestamp";

export const postgresqlCases: RuleCase[] = [
  ...episodeCases({
    alert: "PostgresqlDown",
    gauges: { 'cnpg_collector_up{pod="1"}': [1, 0, 1], 'cnpg_collector_up{pod="2"}': [0, 0, 1] },
    firesAfterSeconds: 300,
    endsAfterSeconds: 0,
    labels: { severity: "critical" },
  }),
  {
    promise: "PostgresqlDown fires where there is no instance at all",
    series: { up: "1x20" },
    alert: "PostgresqlDown",
    firing: { "4m30s": [], "5m": [{ severity: "critical" }] },
  },
  ...episodeCases({
    alert: "PostgresqlReplicationLagging",
    gauges: {
      'cnpg_pg_replication_lag{pod="1"}': [0, 61, 60],
      'cnpg_pg_replication_lag{pod="2"}': [0, 0, 0],
    },
    firesAfterSeconds: 300,
    endsAfterSeconds: 0,
    labels: { pod: "1" },
  }),
  ...episodeCases({
    alert: "PostgresqlWalArchiveOld",
    gauges: { [`${archiveAge}{pod="1"}`]: [60, 301, 300] },
    firesAfterSeconds: 300,
    endsAfterSeconds: 0,
    labels: { severity: "critical" },
  }),
  {
    promise: "PostgresqlWalArchiveOld fires where nothing was ever archived, and where nobody says",
    series: { [`${archiveAge}{pod="1"}`]: [...Array<number>(20).fill(-1), 30, 30, "stale"] },
    alert: "PostgresqlWalArchiveOld",
    firing: { "5m": [{ severity: "critical" }], "10m": [], "15m30s": [], "16m": [{ severity: "critical" }] },
  },
  {
    promise:
      "PostgresqlBackupOld fires an hour after the last backup is 26 hours old, and ends with the next",
    everySeconds: 600,
    series: { [`${lastBackup}{pod="1"}`]: gauge([600, 170], [102_000, 10]) },
    alert: "PostgresqlBackupOld",
    firing: {
      "97200s": [],
      "98400s": [{ severity: "critical" }],
      "101400s": [{ severity: "critical" }],
      "102000s": [],
    },
  },
  {
    promise: "PostgresqlBackupOld is silent from one night to the next",
    everySeconds: 600,
    series: { [`${lastBackup}{pod="1"}`]: gauge([0, 150], [87_000, 30]) },
    alert: "PostgresqlBackupOld",
    firing: { "86400s": [], "100000s": [] },
  },
  {
    promise: "PostgresqlBackupOld fires after an hour where nobody tells of a backup",
    everySeconds: 600,
    series: { up: "1x20" },
    alert: "PostgresqlBackupOld",
    firing: { "3000s": [], "3600s": [{ severity: "critical" }] },
  },
];

export const redisCases: RuleCase[] = [
  ...episodeCases({
    alert: "RedisDown",
    gauges: { 'redis_up{pod="0"}': [1, 0, 1], 'redis_up{pod="1"}': [0, 0, 1] },
    firesAfterSeconds: 300,
    endsAfterSeconds: 0,
    labels: { severity: "warning" },
  }),
  {
    promise: "RedisDown fires where there is none at all",
    series: { up: "1x20" },
    alert: "RedisDown",
    firing: { "4m30s": [], "5m": [{ severity: "warning" }] },
  },
];
