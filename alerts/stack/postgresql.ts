import type { Alert } from "../alert.ts";

const archiveAge = "cnpg_pg_stat_archiver_seconds_since_last_archival";
const lastBackup = "barman_cloud_cloudnative_pg_io_last_available_backup_timestamp";

/** What the recovery point of five minutes rests on. WAL is archived every minute, a base backup taken every night. */
export const postgresqlAlerts: Alert[] = [
  {
    alert: "PostgresqlDown",
    severity: "critical",
    expr: "absent(cnpg_collector_up == 1)",
    holdsSeconds: 300,
    summary: "PostgreSQL is down.",
    description: "No instance of Grafana's database answers.",
    unit: "count",
  },
  {
    alert: "PostgresqlReplicationLagging",
    severity: "warning",
    expr: "max by (pod) (cnpg_pg_replication_lag) > 60",
    holdsSeconds: 300,
    summary: "{{ $labels.pod }} is behind the primary.",
    description: "A failover to this instance would take long, or lose what was written last.",
    unit: "seconds",
  },
  {
    alert: "PostgresqlWalArchiveOld",
    severity: "critical",
    // -1 where nothing has been archived yet.
    expr: `max(${archiveAge}) > 300 or max(${archiveAge}) < 0 or absent(${archiveAge})`,
    holdsSeconds: 300,
    summary: "PostgreSQL's changes are not archived.",
    description:
      "The newest archived change is more than five minutes old: a loss of the database loses more than promised.",
    unit: "seconds",
  },
  {
    alert: "PostgresqlBackupOld",
    severity: "critical",
    // Its time is 0 where there is no backup.
    expr: `time() - max(${lastBackup}) > 26 * 3600 or absent(${lastBackup})`,
    holdsSeconds: 3600,
    summary: "There is no base backup of PostgreSQL from the last night.",
    description:
      "Without one, the archive of changes since the last backup grows, and a recovery takes longer than promised.",
    unit: "seconds",
  },
];
