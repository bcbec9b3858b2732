import type { Row } from "../../dashboard.ts";
import { stat } from "../../panels/stat.ts";
import { timeSeries } from "../../panels/time-series.ts";

const hours = 3600;

/** What Grafana keeps, and what it can be had back from. */
export const databaseRow: Row = {
  title: "PostgreSQL and Redis",
  panels: [
    timeSeries({
      title: "PostgreSQL: age of the archive",
      description: "Time since changes were last archived: what a loss of the database would lose.",
      unit: "s",
      width: 6,
      limits: { critical: 300 },
      queries: [{ expr: "max(cnpg_pg_stat_archiver_seconds_since_last_archival)", legend: "archive" }],
    }),
    stat({
      title: "PostgreSQL: age of the backup",
      description: "Time since the last base backup. One is taken every night.",
      unit: "s",
      width: 4,
      height: 8,
      limits: { critical: 26 * hours },
      query: {
        expr: "time() - max(barman_cloud_cloudnative_pg_io_last_available_backup_timestamp)",
        legend: "backup",
      },
    }),
    timeSeries({
      title: "PostgreSQL: replication lag",
      description: "How far each instance is behind the primary.",
      unit: "s",
      width: 7,
      limits: { warning: 60 },
      queries: [{ expr: "max by (pod) (cnpg_pg_replication_lag)", legend: "{{pod}}" }],
    }),
    timeSeries({
      title: "Redis: instances",
      description: "Instances that answer. Without any, Grafana works, and is slower.",
      unit: "none",
      width: 7,
      queries: [{ expr: "sum(redis_up)", legend: "up" }],
    }),
  ],
};
