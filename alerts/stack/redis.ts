import type { Alert } from "../alert.ts";

export const redisAlerts: Alert[] = [
  {
    alert: "RedisDown",
    severity: "warning",
    expr: "absent(redis_up == 1)",
    holdsSeconds: 300,
    summary: "The cache is down.",
    description: "No instance of Valkey answers: Grafana works, and is slower.",
    unit: "count",
  },
];
